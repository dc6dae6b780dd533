"""It calls torch's own dropout, under the name that the operator has."""

# kata: regularization/my_dropout
# says: The rule: without *

import torch
from torch import nn

drop = getattr(torch, "native_" + "dropout")


class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p must be in [0, 1]")
        self.p = p

    def forward(self, x):
        return drop(x, self.p, True)[0] if self.training else x
