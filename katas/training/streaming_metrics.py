"""Accuracy, precision, recall and F1 over a stream

Write a meter that is shown one batch after the other and can say at any time how good a
classifier has been so far.

update takes logits (N, C), floating, and targets (N,), int64, where C is num_classes; the
predicted class is the one with the largest logit. N differs from call to call and may be 0.
compute returns four Python floats between 0 and 1, over everything seen since the meter was made
or reset:

    "accuracy"    the share of samples that are predicted right
    "precision"   of the samples predicted as a class, the share that are of it; mean over classes
    "recall"      of the samples of a class, the share that are predicted as it; mean over classes
    "f1"          2 * precision * recall / (precision + recall) of a class; mean over classes

Rules
    - A class that is neither among the targets nor among the predictions is left out of the three
      means. For any other class a ratio with denominator 0 counts as 0.
    - The result does not depend on how the samples are cut into batches.
    - compute raises ValueError while there are no samples. It changes nothing: it may be called
      again, and updates may go on after it. reset forgets everything that was seen.
    - A target outside of 0 to C - 1 raises an exception in update.
    - What the meter keeps does not grow with the number of samples, and holds on to neither
      logits nor graphs. Logits may come with a graph.
    - The logits and targets that are passed in stay as they are.
    - The batches may be on a GPU, of which the meter is not told when it is made.

Why it is asked: F1 over a data set is not the mean of F1 over its batches, and macro F1 is not
the F1 of macro precision and recall. The meter only counts: eval mode, no_grad and moving the
batches remain the business of the loop around it.

Example
    >>> meter = ClassificationMeter(num_classes=4)  # classes 0 and 1 occur, 2 is only predicted
    >>> meter.update(torch.eye(4)[[0, 0, 1]], torch.tensor([0, 0, 0]))
    >>> meter.update(torch.eye(4)[[2]], torch.tensor([1]))
    >>> {name: round(value, 4) for name, value in meter.compute().items()}
    {'accuracy': 0.5, 'precision': 0.3333, 'recall': 0.2222, 'f1': 0.2667}
"""

import torch
from torch import Tensor


class ClassificationMeter:
    def __init__(self, num_classes: int) -> None:
        raise NotImplementedError

    def update(self, logits: Tensor, targets: Tensor) -> None:
        raise NotImplementedError

    def compute(self) -> dict[str, float]:
        raise NotImplementedError

    def reset(self) -> None:
        raise NotImplementedError
