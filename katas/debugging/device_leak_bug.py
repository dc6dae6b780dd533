"""The scorer that fills the device

Scorer runs a language model over many batches, and keeps the logits of each row's last position.
A batch on which the model raises is noted, and the next one goes on. All results are right. But
torch.cuda.memory_allocated grows with every batch by many times what is kept, and most of all
with those that fail, until nothing fits any more. Find out why, and repair it.

    Scorer(model)   model(tokens) returns logits (B, T, V), floating, for tokens (B, T), int64; B and
                    T change from batch to batch and are at least 1, V stays the same
    add(tokens)     runs the model once, without recording gradients. Returns True; or False, if the
                    model has raised an Exception, of any class
    scores()        the logits of the last position of all rows of all batches that ran, in order:
                    (rows, V), with the dtype and on the device that the model returned them.
                    At least one batch has run before it is called.
    report()        a list with one line for each batch that failed, such as
                    "batch 3: ValueError: too long": its number among all calls of add, from 0, the
                    class of the exception and its text

Rules
    - Of a batch that ran nothing stays in memory but its last logits: at most twice the bytes that
      scores returns of it. That holds for a batch of a single row too.
    - Of a batch that failed no tensor stays in memory, neither the batch nor what the model had
      computed by then. That holds, too, for an exception that the model has raised while it was
      handling another one, or from another one.
    - KeyboardInterrupt and the like are no Exception, and pass through.
    - scores and report may be called at any time, and more than once. Train or eval mode is the
      caller's business.

It shows on the CPU as well, where the bytes of all living tensors are counted.

Why it is asked: there is no graph here and no list of losses, the usual suspects. It takes knowing
what a view keeps alive, and what an exception does.

Example
    >>> import weakref
    >>> class Model(torch.nn.Module):
    ...     def forward(self, tokens):
    ...         if tokens.shape[1] > 3:
    ...             partial = tokens + 1
    ...             self.partial = weakref.ref(partial)
    ...             raise ValueError("too long")
    ...         return torch.nn.functional.one_hot(tokens, 4).float()
    >>> model = Model()
    >>> scorer = Scorer(model)
    >>> scorer.add(torch.tensor([[0, 1], [2, 3]])), scorer.add(torch.tensor([[0, 1, 2, 3]]))
    (True, False)
    >>> scorer.scores()
    tensor([[0., 1., 0., 0.],
            [0., 0., 0., 1.]])
    >>> scorer.report()
    ['batch 1: ValueError: too long']
    >>> model.partial() is None  # nothing of the batch that failed is left
    True
"""

import torch
from torch import Tensor, nn


class Scorer:
    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self._batches = 0
        self._last: list[Tensor] = []
        self._failures: list[tuple[int, Exception]] = []

    @torch.no_grad()
    def add(self, tokens: Tensor) -> bool:
        number = self._batches
        self._batches += 1
        try:
            logits = self.model(tokens)
        except Exception as error:
            self._failures.append((number, error))
            return False
        self._last.append(logits[:, -1])
        return True

    def scores(self) -> Tensor:
        return torch.cat(self._last)

    def report(self) -> list[str]:
        lines = []
        for number, error in self._failures:
            lines.append(f"batch {number}: {type(error).__name__}: {error}")
        return lines
