from torch import Tensor, nn
from torch.nn import functional as F


class TiedLM(nn.Module):
    embed: nn.Embedding

    def __init__(self, vocab_size: int, dim: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocab_size, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        return F.linear(self.embed(tokens), self.output_weight())

    def output_weight(self) -> Tensor:
        return self.embed.weight  # looked up each time: there is no second name that could come apart
