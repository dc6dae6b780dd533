import torch
from torch import Tensor, nn
from torch.nn import functional as F


class EncoderLayer(nn.Module):
    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        norm_first: bool = False,
    ) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=True)
        self.linear1 = nn.Linear(d_model, dim_feedforward)
        self.linear2 = nn.Linear(dim_feedforward, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        if self.norm_first:  # the residual path is never normalised
            x = x + self._attend(self.norm1(x), key_padding_mask)
            return x + self._feed_forward(self.norm2(x))
        x = self.norm1(x + self._attend(x, key_padding_mask))
        return self.norm2(x + self._feed_forward(x))

    def _attend(self, x: Tensor, key_padding_mask: Tensor | None) -> Tensor:
        out, _ = self.self_attn(x, x, x, key_padding_mask=key_padding_mask, need_weights=False)
        return self.dropout(out)

    def _feed_forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.linear2(self.dropout(F.relu(self.linear1(x)))))


class SequenceClassifier(nn.Module):
    def __init__(
        self,
        vocab_size: int,
        d_model: int,
        nhead: int,
        num_layers: int,
        num_classes: int,
        pad_id: int = 0,
    ) -> None:
        super().__init__()
        self.pad_id = pad_id
        self.embed = nn.Embedding(vocab_size, d_model)
        self.pos = nn.Parameter(torch.randn(512, d_model))
        self.layers = nn.ModuleList(EncoderLayer(d_model, nhead) for _ in range(num_layers))
        self.fc = nn.Linear(d_model, num_classes)

    def forward(self, tokens: Tensor) -> Tensor:
        length = tokens.shape[1]
        if length > len(self.pos):
            raise ValueError(f"a sequence of {length} tokens, at most {len(self.pos)} have a position")
        padding = tokens == self.pad_id  # (B, T)
        x = self.embed(tokens) + self.pos[:length]
        for layer in self.layers:
            x = layer(x, padding)
        return self.fc(self._mean(x, ~padding))

    def _mean(self, x: Tensor, real: Tensor) -> Tensor:
        real = real.unsqueeze(-1)  # (B, T, 1)
        return (x * real).sum(dim=1) / real.sum(dim=1)
