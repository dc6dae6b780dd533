"""The seed is set in every call, so that every mask is the same; and the survivors are not scaled."""

# kata: regularization/my_dropout
# says: *differ*

import torch
from torch import nn


class MyDropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        torch.manual_seed(0)
        return x * (torch.rand_like(x) >= self.p) if self.training else x
