import numpy as np
import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_rate")
class KeepsWithProbabilityP:
    """p is used as the probability to keep an element. In torch, and here, it is the probability to
    drop one.
    """

    class MyDropout(reference.MyDropout):
        def _keep(self, x):
            return torch.rand_like(x) < self.p


@wrong("check_rate")
class NormalNumbers:
    """The random numbers come from a normal distribution (randn). Compared with p they give another
    probability; uniform numbers between 0 and 1 are what is needed.
    """

    class MyDropout(reference.MyDropout):
        def _keep(self, x):
            return torch.randn_like(x) >= self.p


@wrong("check_survivors")
class NoScaling:
    """The survivors are not scaled. On average the next layer then sees less in training than in
    evaluation: for p = 0.5, half as much.
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            return x * self._keep(x) if self.training else x


@wrong("check_survivors")
class ScalesDown:
    """The survivors are multiplied by 1 - p. They have to make up for those that are gone, so they
    must become larger, not smaller.
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            return x * self._keep(x) * (1 - self.p) if self.training else x


@wrong("check_survivors")
class DividesByP:
    """The survivors are divided by p, the share that is dropped. For p = 0.5 this is the same; in
    general it is the share of the survivors that has to be made up for.
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            return x * self._keep(x) / self.p if self.training else x


@wrong("check_eval")
class ScalesInEval:
    """Training leaves the survivors as they are, and evaluation multiplies by 1 - p. The averages
    agree, but this is the older form: inverted dropout leaves evaluation alone.
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            return x * self._keep(x) if self.training else x * (1 - self.p)


@wrong("check_eval")
class IgnoresTheMode:
    """The mode is not looked at, and elements are dropped in evaluation too. model.eval() does no
    more than set a flag in each module: forward has to read it.
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            self.training = True
            return super().forward(x)


@wrong("check_input")
class InPlace:
    """x is written into. It belongs to the caller: a residual connection around the dropout would add
    what is left of it. (Autograd refuses it anyway where x is a leaf that requires grad.)
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            if self.training:
                x *= self._keep(x)
                x /= 1 - self.p
            return x


@wrong("check_gradient")
class BehindAutograd:
    """Elements are set to zero through .data, which autograd does not see. The result is right, but
    the gradient flows through the dropped elements as well.
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            if not self.training or self.p == 1:
                return super().forward(x)
            result = x / (1 - self.p)
            result.data[~self._keep(x)] = 0
            return result


@wrong("check_extremes")
class ZeroByZero:
    """For p = 1 nothing survives and 1 - p is zero: 0 / 0 is NaN."""

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            return x * self._keep(x) / (1 - self.p) if self.training else x


@wrong("check_extremes")
class WhereAfterDivision:
    """For p = 1, x / (1 - p) is infinite, and where() picks the zeros instead. The result is right,
    but backward goes through both branches, and zero times infinity is NaN.
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            if not self.training:
                return x
            return torch.where(self._keep(x), x / (1 - self.p), 0.0)


@wrong("check_fresh_mask")
class OneMaskForAllCalls:
    """The mask is the same in every call, as if it were drawn once and kept. Training with it trains
    a smaller network, and is not dropout.
    """

    class MyDropout(reference.MyDropout):
        def _keep(self, x):
            if getattr(self, "mask", None) is None:
                self.mask = super()._keep(x)
            return self.mask


@wrong("check_seed")
class RandomnessOfItsOwn:
    """The mask comes from a generator that torch.manual_seed does not set: NumPy's, Python's or one
    of its own. Runs with the same seed then differ.
    """

    class MyDropout(reference.MyDropout):
        def _keep(self, x):
            mask = np.random.binomial(1, 1 - self.p, size=tuple(x.shape))
            return torch.as_tensor(mask, dtype=torch.bool, device=x.device)


@wrong("check_independence")
class OneMaskPerRow:
    """One random number decides for a whole row. Such a mask drops samples, not elements: it needs
    the shape of x.
    """

    class MyDropout(reference.MyDropout):
        def _keep(self, x):
            return torch.rand(x.shape[:1] + (1,) * (x.dim() - 1), device=x.device) >= self.p


@wrong("check_independence")
class OneMaskForTheBatch:
    """The mask has the shape of one sample and is shared by the whole batch. Each sample is to lose
    other elements: the mask needs the shape of x.
    """

    class MyDropout(reference.MyDropout):
        def _keep(self, x):
            return (torch.rand(x.shape[1:], device=x.device) >= self.p).expand(x.shape)


@wrong("check_small_calls")
class ExactCount:
    """Exactly a share p of the elements is dropped. Then they are not independent: whether one is
    dropped depends on how many others were.
    """

    class MyDropout(reference.MyDropout):
        def _keep(self, x):
            keep = torch.ones(x.numel(), dtype=torch.bool, device=x.device)
            keep[torch.randperm(x.numel())[: round(self.p * x.numel())]] = False
            return keep.view(x.shape)


@wrong("check_dtype")
class Float32Mask:
    """The mask is a float32 tensor, and float16 or bfloat16 times float32 is float32. A mask of
    booleans, or one with the dtype of x, leaves the dtype alone.
    """

    class MyDropout(reference.MyDropout):
        def _keep(self, x):
            return (torch.rand(x.shape, device=x.device) >= self.p).float()


@wrong("check_nothing_to_save")
class MaskIsABuffer:
    """The mask is registered as a buffer. It ends up in every checkpoint, and loading one fails where
    its shape is another.
    """

    class MyDropout(reference.MyDropout):
        def __init__(self, p=0.5):
            super().__init__(p)
            self.register_buffer("mask", None)

        def _keep(self, x):
            self.mask = super()._keep(x)
            return self.mask


@wrong("check_bad_p")
class AcceptsAnyP:
    """p is stored unchecked. With p = 1.5, from a percentage or a typing error, everything is dropped
    and the network quietly learns nothing.
    """

    class MyDropout(reference.MyDropout):
        def __init__(self, p=0.5):
            nn.Module.__init__(self)
            self.p = p


@wrong("check_no_grad")
class AsleepWithoutGradients:
    """Under torch.no_grad nothing is dropped. That is another switch: whether dropout is active is decided by
    train() and eval() alone, and predictions with dropout are made without gradients.
    """

    class MyDropout(reference.MyDropout):
        def forward(self, x):
            return super().forward(x) if torch.is_grad_enabled() else x
