"""A transformer encoder layer

Write one layer of a transformer encoder, and a small classifier of token sequences built from it.

EncoderLayer takes x (B, T, d_model), batch first, and returns the same shape. It has two
sublayers: self-attention with nhead heads, and a feed-forward net linear1, ReLU, linear2, of
width dim_feedforward inside. Each has a residual connection around it and a layer norm of its
own:

    norm_first False    x = norm1(x + attention(x))      then  x = norm2(x + feed_forward(x))
    norm_first True     x = x + attention(norm1(x))      then  x = x + feed_forward(norm2(x))

key_padding_mask (B, T), bool, is True at padding, which no query may attend to. Every row has at
least one position that is no padding. In eval mode the result, at every position, is that of
torch.nn.TransformerEncoderLayer with batch_first=True and the same weights, and so are the names
and shapes of the parameters:

    self_attn.in_proj_weight (3 * d_model, d_model)    self_attn.in_proj_bias (3 * d_model,)
    self_attn.out_proj, linear1, linear2               linear layers, with bias
    norm1, norm2                                       layer norms, with eps 1e-5

The rows of in_proj_weight make the queries, then the keys, then the values. nn.MultiheadAttention
has just these parameters and is allowed; attention by hand is, too.

SequenceClassifier takes tokens (B, T), int64, and returns logits (B, num_classes). It embeds the
tokens (embed), adds a learned position to each (pos, a parameter (512, d_model)), applies
num_layers encoder layers (layers; norm_first False, default width and dropout) that do not see
the padding, averages their result over the positions that are no padding, and classifies the
average (fc, linear).

Rules
    - Dropout acts on the result of each sublayer before it is added to x. It may also act inside,
      on the attention weights and behind the ReLU, as the library's does. In eval mode there is
      none.
    - nhead that does not divide d_model raises an exception in the constructor.
    - Padding is where the token is pad_id. It may stand anywhere, and every sequence has at least
      one other token. A sequence longer than 512 raises ValueError.
    - How the parameters start is left open.
    - Without TransformerEncoderLayer, TransformerEncoder and Transformer.

Why it is asked: it is the block that everything is built from. Where the residual starts, where
the norm stands and whom the mask is for are easy to say and easy to get wrong.

Example
    >>> layer = EncoderLayer(d_model=4, nhead=2, dim_feedforward=8, norm_first=True)
    >>> for part in (layer.self_attn.out_proj, layer.linear2):  # let both sublayers return zero
    ...     _ = torch.nn.init.zeros_(part.weight), torch.nn.init.zeros_(part.bias)
    >>> x = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
    >>> torch.equal(layer(x), x)
    True
    >>> model = SequenceClassifier(vocab_size=9, d_model=4, nhead=2, num_layers=1, num_classes=3)
    >>> model(torch.tensor([[5, 7, 0, 0, 0], [1, 2, 3, 4, 0]])).shape
    torch.Size([2, 3])
"""

import torch
from torch import Tensor, nn


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
        raise NotImplementedError

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        raise NotImplementedError


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
        raise NotImplementedError

    def forward(self, tokens: Tensor) -> Tensor:
        raise NotImplementedError
