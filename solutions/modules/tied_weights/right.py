import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class LinearWithTheSameParameter:
    """An nn.Linear whose weight is the embedding's parameter."""

    class TiedLM(nn.Module):
        def __init__(self, vocab_size, dim):
            super().__init__()
            self.embed = nn.Embedding(vocab_size, dim)
            self.lm_head = nn.Linear(dim, vocab_size, bias=False)
            self.lm_head.weight = self.embed.weight

        def forward(self, idx):
            return self.lm_head(self.embed(idx))

        def output_weight(self):
            return self.lm_head.weight


@right
class EmbeddingFromTheLinear:
    """The other way round, and a matrix product."""

    class TiedLM(nn.Module):
        def __init__(self, vocab_size, dim):
            super().__init__()
            self.embed = nn.Embedding(vocab_size, dim)
            self.out = nn.Linear(dim, vocab_size, bias=False)
            self.embed.weight = self.out.weight

        def forward(self, x):
            h = self.embed(x)
            return torch.matmul(h, self.out.weight.t())

        def output_weight(self):
            return self.out.weight


@right
class ByIndexing:
    """The table is indexed and multiplied, with no layer called."""

    class TiedLM(nn.Module):
        def __init__(self, vocab_size, dim):
            super().__init__()
            self.embed = nn.Embedding(vocab_size, dim)

        def output_weight(self):
            return self.embed.weight

        def forward(self, tokens):
            return self.embed.weight[tokens] @ self.embed.weight.T
