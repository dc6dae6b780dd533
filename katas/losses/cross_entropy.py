"""Cross-entropy with weights, ignore_index and smoothing

Write cross-entropy for classification. With p the softmax of a row of logits, t the target of the
sample, w the class weights (1 without weight), s the label_smoothing and C the number of classes,
the loss of one sample is

    (1 - s) * w[t] * (-log p[t])  +  (s / C) * (the sum over all classes c of w[c] * (-log p[c]))

The loss of a sample whose target equals ignore_index is 0.

    reduction "mean"  the sum of the losses, divided by the sum of w[t] over the samples that are
                      not ignored; NaN where all are ignored
              "sum"   the sum of the losses
              "none"  the losses, (N,)

Rules
    - logits is (N, C), floating. targets is (N,), int64. weight is (C,) or None, with positive
      entries and the dtype of logits, which the loss has too. N and C are at least 1.
    - ignore_index may be any whole number, also one that is a class. The gradient of an ignored
      sample's logits is exactly 0.
    - A target that is neither ignore_index nor a class raises, with whichever exception you like.
      Any other reduction raises ValueError.
    - Loss and gradient are finite and right for logits of magnitude 1e4, up to the rounding of such
      logits themselves.
    - Without smoothing, a logit may be -inf in a sample that is not ignored, at another class than
      its target: that class has probability 0, the loss and the gradient are finite.
    - The arguments are left as they are.
    - Without what torch has for this: cross_entropy, nll_loss, multi_margin_loss, adaptive softmax,
      be it as functions or as modules. log_softmax and logsumexp are allowed.

Why it is asked: the loss that everybody uses has three options, and each has a detail that few
people know: what the weighted mean divides by, what becomes of ignored samples, and over which
classes the smoothing is spread.

Example
    >>> logits = torch.tensor([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 3.0]])
    >>> targets = torch.tensor([0, 2, -100])
    >>> cross_entropy_loss(logits, targets, reduction="none")
    tensor([0.2395, 1.5514, 0.0000])
    >>> cross_entropy_loss(logits, targets)
    tensor(0.8955)
    >>> cross_entropy_loss(logits, targets, weight=torch.tensor([1.0, 1.0, 4.0]))
    tensor(1.2891)
    >>> cross_entropy_loss(logits, targets, label_smoothing=0.3)
    tensor(1.0455)
"""

import torch
from torch import Tensor


def cross_entropy_loss(
    logits: Tensor,
    targets: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    raise NotImplementedError
