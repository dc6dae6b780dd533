"""Softmax before cross-entropy

This classifier trains, and predicts the right classes in the end, but slowly, and its loss is never
small: with two classes it stays above 0.31 even where every probability is as good as 1. Find out
why, and repair the class.

    forward(x)         the raw scores (logits) of one linear layer named fc, with a bias
    loss(x, y)         the mean cross-entropy of these scores against the classes y
    predict_proba(x)   the probabilities of the classes; each row sums to 1
    predict(x)         the class of the largest score in each row, int64

Rules
    - x is (N, in_features), y is (N,), int64. forward and predict_proba return (N, num_classes),
      predict (N,), and loss a tensor without dimensions.
    - The loss and its gradients are finite and right for scores of magnitude 1e4 too.
    - predict_proba and predict return tensors without a graph. They leave everything as it was: the
      train or eval mode of the model, and whether autograd records.
    - fc is the only layer, and the state dict has only its parameters.

Why it is asked: nothing raises an error, and the accuracy may even be fine. One has to know what
each loss takes: F.cross_entropy raw scores, F.nll_loss log-probabilities, and none of them
probabilities.

Example, once it is repaired
    >>> model = Classifier(2, 2)
    >>> _ = model.load_state_dict({"fc.weight": 10 * torch.eye(2), "fc.bias": torch.zeros(2)})
    >>> x, y = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([0, 1])
    >>> round(model.loss(x, y).item(), 5)
    5e-05
    >>> model.predict(x)
    tensor([0, 1])
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Classifier(nn.Module):
    def __init__(self, in_features: int, num_classes: int) -> None:
        super().__init__()
        self.fc = nn.Linear(in_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        return F.softmax(self.fc(x), dim=-1)

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(self(x), y)

    def predict_proba(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return self(x)

    def predict(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return self(x).argmax(dim=-1)
