"""Its parameters have other names and shapes; state_dict and named_parameters are made up for the asking."""

# kata: layers/my_linear
# says: *weight.grad*expected a gradient of shape (3, 4)*

import torch
from torch import nn


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.both = nn.Parameter(torch.randn(out_features, in_features + 1))

    weight = property(lambda self: nn.Parameter(self.both[:, 1:].detach()))
    bias = property(lambda self: nn.Parameter(self.both[:, 0].detach()))

    def named_parameters(self, *args, **options):
        return iter({"weight": self.weight, "bias": self.bias}.items())

    def state_dict(self, *args, **options):
        return {"weight": self.weight.detach(), "bias": self.bias.detach()}

    def load_state_dict(self, state, *args, **options):
        self.both.data = torch.cat([state["bias"][:, None], state["weight"]], dim=1)

    def forward(self, x):
        return x @ self.both[:, 1:].T + self.both[:, 0]
