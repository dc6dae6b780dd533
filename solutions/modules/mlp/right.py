import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import right


@right
class SequentialInside:
    """One nn.Sequential that does it all."""

    class MLP(nn.Module):
        def __init__(self, in_features, hidden, out_features):
            super().__init__()
            self.net = nn.Sequential(
                nn.Linear(in_features, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, out_features)
            )

        def forward(self, x):
            return self.net(x)


@right
class WithDropout:
    """Attributes with a dropout in between, and F.relu."""

    class MLP(nn.Module):
        def __init__(self, input_dim, hidden_dim, output_dim):
            super().__init__()
            self.hidden = nn.Linear(input_dim, hidden_dim)
            self.drop = nn.Dropout(0.3)
            self.out = nn.Linear(hidden_dim, output_dim)

        def forward(self, inputs):
            return self.out(self.drop(F.relu(self.hidden(inputs))))


@right
class ByHand:
    """Parameters of its own and matrix products."""

    class MLP(nn.Module):
        def __init__(self, in_features, hidden, out_features):
            super().__init__()
            self.w1 = nn.Parameter(torch.randn(hidden, in_features) * (2 / in_features) ** 0.5)
            self.b1 = nn.Parameter(torch.zeros(hidden))
            self.w2 = nn.Parameter(torch.randn(out_features, hidden) * (1 / hidden) ** 0.5)
            self.b2 = nn.Parameter(torch.zeros(out_features))

        def forward(self, x):
            h = (x @ self.w1.T + self.b1).clamp(min=0)
            return h @ self.w2.T + self.b2
