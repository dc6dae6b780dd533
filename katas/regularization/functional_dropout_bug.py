"""Dropout that never sleeps

Net gives another result for the same input each time, in evaluation too: model.eval() changes
nothing, and its validation scores are worse than they should be. Find out why, and repair it.

mc_predict uses just that: it calls the model n times and returns mean and standard deviation, to
say how sure the model is. So it works only as long as Net is broken. Repair it as well.

    Net(in_features, hidden, out_features, p)
        fc1, ReLU, dropout with probability p on the hidden units, fc2, for x (N, in_features).
        Dropout is active in train mode only, as train() and eval() of a model around it set it.
        In train mode each hidden unit is set to zero with probability p, and the others are divided
        by 1 - p. The attributes fc1 and fc2 keep their names and parameters.

    mc_predict(model, x, n)
        Calls model(x) n times, n >= 2, with dropout active and everything else as in eval mode,
        whatever mode the model is in. Returns the elementwise mean of the n results and their
        unbiased standard deviation (divided by n - 1).

Rules for mc_predict
    - model is any module. Its dropout is that of Net and of nn.Dropout layers, at any depth. Batch
      norm layers use their running statistics and leave them as they are.
    - Afterwards the model and every module inside are in the mode that they were in before, also
      where the modes were mixed. Whether gradients are enabled is as before, too.
    - The results carry no graph, even if x requires gradients.

Why it is asked: train() and eval() only set a flag, which somebody has to read. And the usual way
to have dropout in a prediction, model.train(), wakes more than dropout.

Example, once it is repaired
    >>> net = Net(2, 64, 1, p=0.5).eval()
    >>> x = torch.ones(3, 2)
    >>> torch.equal(net(x), net(x))
    True
    >>> mean, std = mc_predict(net, x, 20)
    >>> mean.shape, bool((std > 0).all()), net.training
    (torch.Size([3, 1]), True, False)
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int, p: float = 0.5) -> None:
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out_features)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.fc1(x))
        x = F.dropout(x, self.p)
        return self.fc2(x)


def mc_predict(model: nn.Module, x: Tensor, n: int) -> tuple[Tensor, Tensor]:
    model.eval()
    with torch.no_grad():
        results = torch.stack([model(x) for _ in range(n)])
    return results.mean(0), results.std(0)
