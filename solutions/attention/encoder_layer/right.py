import math

import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import right

from . import reference


class Attention(nn.Module):
    def __init__(self, d_model, nhead, dropout):
        super().__init__()
        assert d_model % nhead == 0, "nhead must divide d_model"
        self.nhead = nhead
        self.in_proj_weight = nn.Parameter(torch.randn(3 * d_model, d_model))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * d_model))
        self.out_proj = nn.Linear(d_model, d_model)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask):
        B, T, C = x.shape
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = (t.view(B, T, self.nhead, C // self.nhead).transpose(1, 2) for t in qkv.chunk(3, dim=-1))
        scores = q @ k.transpose(-2, -1) / math.sqrt(C // self.nhead)
        if mask is not None:
            scores = scores.masked_fill(mask[:, None, None, :], float("-inf"))
        out = self.drop(scores.softmax(dim=-1)) @ v
        return self.out_proj(out.transpose(1, 2).reshape(B, T, C))


@right
class AttentionByHand:
    """Attention by hand under the same names, no dropout behind the ReLU, layers that are copies."""

    class EncoderLayer(nn.Module):
        def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, norm_first=False):
            super().__init__()
            self.self_attn = Attention(d_model, nhead, dropout)
            self.linear1 = nn.Linear(d_model, dim_feedforward)
            self.linear2 = nn.Linear(dim_feedforward, d_model)
            self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
            self.dropout1, self.dropout2 = nn.Dropout(dropout), nn.Dropout(dropout)
            self.norm_first = norm_first

        def forward(self, x, key_padding_mask=None):
            if self.norm_first:
                x = x + self.dropout1(self.self_attn(self.norm1(x), key_padding_mask))
                return x + self.dropout2(self.linear2(self.linear1(self.norm2(x)).relu()))
            x = self.norm1(x + self.dropout1(self.self_attn(x, key_padding_mask)))
            return self.norm2(x + self.dropout2(self.linear2(self.linear1(x).relu())))

    class SequenceClassifier(nn.Module):
        def __init__(self, vocab_size, d_model, nhead, num_layers, num_classes, pad_id=0):
            super().__init__()
            self.pad_id = pad_id
            self.embed = nn.Embedding(vocab_size, d_model, padding_idx=pad_id)
            self.pos = nn.Parameter(torch.zeros(512, d_model))
            self.layers = nn.ModuleList()
            for _ in range(num_layers):
                self.layers.append(reference.EncoderLayer(d_model, nhead))
            self.fc = nn.Linear(d_model, num_classes)

        def forward(self, tokens):
            if tokens.size(1) > 512:
                raise ValueError("too long")
            mask = tokens.eq(self.pad_id)
            x = self.embed(tokens) + self.pos[: tokens.size(1)].unsqueeze(0)
            for layer in self.layers:
                x = layer(x, key_padding_mask=mask)
            x = x.masked_fill(mask[..., None], 0.0)
            lengths = (~mask).float().sum(1, keepdim=True).clamp(min=1).to(x.dtype)
            return self.fc(x.sum(1) / lengths)


@right
class WeightsAndAllDropouts:
    """The library's four dropouts, and attention that also returns its weights."""

    class EncoderLayer(reference.EncoderLayer):
        def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, norm_first=False):
            super().__init__(d_model, nhead, dim_feedforward, dropout, norm_first)
            self.dropout1, self.dropout2 = nn.Dropout(dropout), nn.Dropout(dropout)

        def _attend(self, x, key_padding_mask):
            return self.dropout1(self.self_attn(x, x, x, key_padding_mask=key_padding_mask)[0])

        def _feed_forward(self, x):
            return self.dropout2(self.linear2(self.dropout(torch.relu(self.linear1(x)))))
