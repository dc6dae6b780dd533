"""Reduce on plateau, from scratch

Write the scheduler that reduces the learning rate once a metric has stopped improving. step(metric)
is called at the end of every epoch.

An epoch is good if its metric is clearly better than the best so far:

    mode "min"   metric < best * (1 - threshold)
    mode "max"   metric > best * (1 + threshold)

Any other epoch is bad. The best so far is the metric of the last good epoch; while there is none, any
number is good.

Rules
    - When more than patience epochs in a row have been bad, the rate of every parameter group is
      multiplied by factor, and the count of bad epochs starts again at zero. The best so far is kept.
    - For the next cooldown epochs after such a reduction, bad epochs are not counted. Good ones still
      set the best so far.
    - A reduction starts from the rate that a group has then, which others may have changed. It goes
      down to min_lr at most, and it is made however small it is. It never raises a rate: one that is
      already below min_lr stays.
    - metric is a float or a zero-dimensional tensor, finite or NaN. NaN is bad, in the first epoch
      too.
    - A mode other than "min" and "max", and factor >= 1, raise ValueError in the constructor.
    - state_dict() is a snapshot that later steps do not change, nor those of a scheduler that has
      loaded it. It consists of plain values: numbers,
      strings, None, and lists, tuples or dicts of these. The rates are saved with the optimizer.
    - A scheduler made with the same arguments goes on exactly, once load_state_dict() was called with
      the snapshot and the groups have the rates of that time.
    - Without torch's ReduceLROnPlateau.

Why it is asked: it is a small state machine with many ways to be off by one, and everybody who
resumes a training run depends on its state.

Example
    >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    >>> scheduler = ReduceOnPlateau(optimizer, factor=0.5, patience=1)
    >>> rates = []
    >>> for metric in [3.0, 2.0, 2.5, 2.0, 1.0, 1.0]:
    ...     scheduler.step(metric)
    ...     rates.append(optimizer.param_groups[0]["lr"])
    >>> rates
    [1.0, 1.0, 1.0, 0.5, 0.5, 0.5]
"""

import torch


class ReduceOnPlateau:
    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        raise NotImplementedError

    def step(self, metric: float) -> None:
        raise NotImplementedError

    def state_dict(self) -> dict:
        raise NotImplementedError

    def load_state_dict(self, state: dict) -> None:
        raise NotImplementedError
