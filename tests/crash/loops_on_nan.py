"""The loop waits for a loss below a limit, and the loss is NaN."""

# kata: layers/my_linear
# says: *Stopped after*Is there a loop that does not end?*

import torch
from torch import nn


class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        spread = self.weight.std() / self.weight.std()
        while not spread < 1:
            nn.init.zeros_(self.weight)
            spread = self.weight.std() / self.weight.std()

    def forward(self, x):
        return x @ self.weight.T + self.bias
