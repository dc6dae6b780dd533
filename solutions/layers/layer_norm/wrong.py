import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


def finish(layer, x, mean, var):
    x = (x - mean) / torch.sqrt(var + layer.eps)
    return x if layer.weight is None else x * layer.weight + layer.bias


def refuse(layer, x):
    if x.shape[-len(layer.shape) :] != layer.shape:
        raise ValueError("wrong shape")


@wrong("check_values")
class UnbiasedVariance:
    """The variance is the unbiased one, the default of var(). These values are all that is normalised,
    not a sample of something larger: divide by n.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            return finish(self, x, x.mean(self.dims, keepdim=True), x.var(self.dims, keepdim=True))


@wrong("check_eps")
class EpsOnTheStandardDeviation:
    """eps is added to the standard deviation, outside the root. For small variances that makes a large
    difference.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            std, mean = torch.std_mean(x, self.dims, correction=0, keepdim=True)
            x = (x - mean) / (std + self.eps)
            return x if self.weight is None else x * self.weight + self.bias


@wrong("check_equal_values")
class NoEps:
    """eps is not used. Where all values of a sample are equal, that is zero divided by zero."""

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            var, mean = torch.var_mean(x, self.dims, correction=0, keepdim=True)
            x = (x - mean) / torch.sqrt(var)
            return x if self.weight is None else x * self.weight + self.bias


@wrong("check_eps")
class EpsIsFixed:
    """eps is always 1e-5, whatever the constructor was given."""

    class MyLayerNorm(reference.MyLayerNorm):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__(normalized_shape, elementwise_affine=elementwise_affine)


@wrong("check_values")
class OverTheBatch:
    """The mean goes over the first dimension, the batch. That is batch normalisation: here each sample is
    normalised by itself.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            return finish(self, x, x.mean(0, keepdim=True), x.var(0, correction=0, keepdim=True))


@wrong("check_values")
class LastDimensionOnly:
    """Only the last dimension is normalised over. normalized_shape may name several, and they are taken
    together.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            return finish(self, x, x.mean(-1, keepdim=True), x.var(-1, correction=0, keepdim=True))


@wrong("check_values")
class AllButTheFirst:
    """Everything but the first dimension is normalised over. How many dimensions belong to the sample is
    what normalized_shape says; there may be more than one in front, or none.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            dims = list(range(1, x.dim()))
            return finish(self, x, x.mean(dims, keepdim=True), x.var(dims, correction=0, keepdim=True))


@wrong("check_values")
class WholeTensor:
    """One mean and one variance are taken over the whole tensor. Then the samples of a batch depend on
    each other.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            return finish(self, x, x.mean(), x.var(correction=0))


@wrong("check_parameters")
class OneScalar:
    """There is one weight and one bias for everything. Each element that is normalised over has its own."""

    class MyLayerNorm(reference.MyLayerNorm):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__(normalized_shape, eps, elementwise_affine)
            if elementwise_affine:
                self.weight, self.bias = nn.Parameter(torch.ones(1)), nn.Parameter(torch.zeros(1))


@wrong("check_parameters")
class LastDimensionWeights:
    """weight and bias have one entry for each position of the last dimension. They have the whole shape
    normalized_shape.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__(normalized_shape, eps, elementwise_affine)
            if elementwise_affine:
                size = self.shape[-1]
                self.weight, self.bias = nn.Parameter(torch.ones(size)), nn.Parameter(torch.zeros(size))


@wrong("check_parameters")
class OtherNames:
    """The parameters are called gamma and beta. The names are the keys of the state dict, and it has to
    fit that of nn.LayerNorm.
    """

    class MyLayerNorm(nn.Module):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__()
            self.inner = [reference.MyLayerNorm(normalized_shape, eps, elementwise_affine)]
            if elementwise_affine:
                self.gamma, self.beta = self.inner[0].weight, self.inner[0].bias

        def forward(self, x):
            return self.inner[0](x)


@wrong("check_parameters")
class AlwaysAffine:
    """elementwise_affine is not looked at: weight and bias are there in any case."""

    class MyLayerNorm(reference.MyLayerNorm):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__(normalized_shape, eps)


@wrong("check_parameters")
class WeightStartsAtZero:
    """weight starts at zero. A fresh layer would give nothing but zeros: it starts at one."""

    class MyLayerNorm(reference.MyLayerNorm):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__(normalized_shape, eps, elementwise_affine)
            if elementwise_affine:
                nn.init.zeros_(self.weight)


@wrong("check_modes")
class RunningStatistics:
    """Eval mode uses statistics remembered from training, as in a batch norm. A layer norm remembers
    nothing: a sample is normalised with its own mean and variance in both modes.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
            super().__init__(normalized_shape, eps, elementwise_affine)
            self.register_buffer("running_mean", torch.zeros(()), persistent=False)
            self.register_buffer("running_var", torch.ones(()), persistent=False)

        def forward(self, x):
            refuse(self, x)
            if not self.training:
                return finish(self, x, self.running_mean, self.running_var)
            var, mean = torch.var_mean(x, self.dims, correction=0, keepdim=True)
            self.running_mean.lerp_(mean.detach().mean(), 0.1)
            self.running_var.lerp_(var.detach().mean(), 0.1)
            return finish(self, x, mean, var)


@wrong("check_gradients")
class DetachedStatistics:
    """Mean and variance are detached. The result is right, but the gradient of x treats them as
    constants, although each of its values moves them.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            var, mean = torch.var_mean(x.detach(), self.dims, correction=0, keepdim=True)
            return finish(self, x, mean, var)


@wrong("check_wrong_shape")
class BroadcastsTheWrongShape:
    """Nothing compares the shapes. A last dimension of one is stretched by weight without a word, and
    without weight any width goes through.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            var, mean = torch.var_mean(x, self.dims, correction=0, keepdim=True)
            return finish(self, x, mean, var)


@wrong("check_wrong_shape")
class ComparesTheLastDimension:
    """Only the last dimension is compared. normalized_shape may name several."""

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            if x.shape[-1] != self.shape[-1]:
                raise ValueError("wrong shape")
            var, mean = torch.var_mean(x, self.dims, correction=0, keepdim=True)
            return finish(self, x, mean, var)


@wrong("check_wrong_shape")
class ComparesTheNumber:
    """Only the number of elements is compared. (4, 3) has as many as (3, 4), and is another shape."""

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            size = torch.Size(self.shape).numel()
            flat = x.reshape(-1, size)
            var, mean = torch.var_mean(flat, -1, correction=0, keepdim=True)
            out = (flat - mean) / torch.sqrt(var + self.eps)
            if self.weight is not None:
                out = out * self.weight.reshape(-1) + self.bias.reshape(-1)
            return out.reshape(x.shape)


@wrong("check_large_mean")
class MeanOfSquares:
    """The variance is computed as the mean of the squares minus the square of the mean. Where the mean is
    large, both are nearly the same number, and the difference is mostly rounding.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            mean = x.mean(self.dims, keepdim=True)
            var = (x * x).mean(self.dims, keepdim=True) - mean * mean
            return finish(self, x, mean, var.clamp(min=0))


@wrong("check_values")
class RootMeanSquare:
    """The mean is not subtracted. That is RMS normalisation, which has no bias either."""

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            square = (x * x).mean(self.dims, keepdim=True)
            return finish(self, x, torch.zeros_like(square), square)


@wrong("check_input")
class InPlace:
    """x is normalised in place, and the caller's tensor with it. (Autograd refuses it where x is a leaf
    that requires gradients.)
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            refuse(self, x)
            if x.requires_grad:
                return super().forward(x)
            var, mean = torch.var_mean(x, self.dims, correction=0, keepdim=True)
            x -= mean
            x /= torch.sqrt(var + self.eps)
            return x.clone() if self.weight is None else x * self.weight + self.bias


@wrong("check_input", shows="exception")
class FlattensWithView:
    """The normalised dimensions are flattened with view, which refuses where the strides do not allow it. x
    may be non-contiguous.
    """

    class MyLayerNorm(reference.MyLayerNorm):
        def forward(self, x):
            x.view(*x.shape[: x.dim() - len(self.shape)], -1)
            return super().forward(x)
