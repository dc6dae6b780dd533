import torch

from pytest_torchkata.checks import right

from . import reference


@right
class Bernoulli:
    """bernoulli_ on a tensor like x, scaled before it is applied; zeros for p = 1."""

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            if not self.training or self.p == 0:
                return x
            if self.p == 1:
                return torch.zeros_like(x)
            mask = torch.empty_like(x).bernoulli_(1 - self.p)
            return x * mask.div_(1 - self.p)


@right
class BernoulliOfProbabilities:
    """torch.bernoulli of a tensor of probabilities, and a clone in eval mode."""

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            keep = 1 - self.p
            if not self.training:
                return x.clone()
            mask = torch.bernoulli(torch.full_like(x, keep))
            return mask * x * (1 / keep if keep > 0 else 0.0)


@right
class MaskedFill:
    """Uniform numbers in float32 whatever x is, and masked_fill."""

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            if self.training and self.p > 0:
                scale = 1.0 / (1.0 - self.p) if self.p < 1 else 0.0
                drop = torch.rand(x.shape, device=x.device) < self.p
                x = (x * scale).masked_fill(drop, 0)
            return x
