"""Tied embeddings that stay tied

Write a language model without anything between its two ends: one table of shape (vocab_size, dim)
turns tokens into vectors on the way in, and vectors into scores on the way out.

For tokens (...), int64, forward returns logits (..., vocab_size): the inner products of the vector
of each token with every row of the same table, neither scaled nor normalised.

embed            is an nn.Embedding, which holds the table.
output_weight    returns the tensor that forward uses on the way out: the parameter of embed itself,
                 and not another tensor that shares its memory.

Rules
    - The model has exactly one parameter, and no buffers.
    - Its gradient is the sum of what comes from the way in and from the way out.
    - It stays one table: after steps of an optimizer, load_state_dict, copy.deepcopy and double(),
      output_weight still returns the parameter of embed, and forward uses it. A deepcopy has a
      table of its own.
    - A state dict saved by one model loads into a fresh one of the same sizes, with strict=True.

Why it is asked: tying saves a whole table, often the largest of a model. It can be done in one way
that lasts, and in several that hold until the first step, copy or cast.

Example
    >>> model = TiedLM(3, 2)
    >>> with torch.no_grad():
    ...     _ = model.embed.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]]))
    >>> model(torch.tensor([1, 2])).detach()
    tensor([[ 0.,  4.,  6.],
            [ 3.,  6., 18.]])
    >>> model.output_weight() is model.embed.weight
    True
"""

import torch
from torch import Tensor, nn


class TiedLM(nn.Module):
    embed: nn.Embedding

    def __init__(self, vocab_size: int, dim: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, tokens: Tensor) -> Tensor:
        raise NotImplementedError

    def output_weight(self) -> Tensor:
        raise NotImplementedError
