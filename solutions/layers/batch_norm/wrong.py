import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


def normalised(layer, x, mean, var, shape=None):
    """Finish as the reference does, with these statistics."""
    shape = shape or (1, -1) + (1,) * (x.dim() - 2)
    x = (x - mean.reshape(shape)) / torch.sqrt(var.reshape(shape) + layer.eps)
    shape = (1, -1) + (1,) * (x.dim() - 2)
    return x * layer.weight.view(shape) + layer.bias.view(shape)


def others(x):
    return [dim for dim in range(x.dim()) if dim != 1]


@wrong("check_training_values")
class UnbiasedNormalisation:
    """The batch is normalised with the unbiased variance, the default of var(). That one belongs into the
    buffer; the batch itself is divided by its own spread, over n.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            mean, _ = super()._batch_statistics(x)
            return mean, x.var(others(x))


@wrong("check_buffers")
class BiasedRunningVariance:
    """running_var follows the biased variance. It is an estimate for data that is not in the batch, and
    nn.BatchNorm divides by n - 1 there, though not for the batch itself.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            before = self.running_var.clone()
            mean, var = super()._batch_statistics(x)
            self.running_var.copy_(before.lerp(var.detach(), self.momentum))
            return mean, var


@wrong("check_buffers")
class MomentumOnTheOldValue:
    """momentum weighs the old value, as in an optimiser. In a batch norm it is the weight of the new
    batch: with 0.1, most of the old value stays.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            kept, self.momentum = self.momentum, 1 - self.momentum
            try:
                return super()._batch_statistics(x)
            finally:
                self.momentum = kept


@wrong("check_buffers")
class MomentumIsFixed:
    """The buffers always move by a tenth, whatever momentum says."""

    class MyBatchNorm(reference.MyBatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps)


@wrong("check_buffers")
class RunningStandardDeviation:
    """running_var follows the standard deviation. It is to hold the variance; the root is taken when it
    is used.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            before = self.running_var.clone()
            mean, var = super()._batch_statistics(x)
            self.running_var.copy_(before.lerp(x.detach().std(others(x)), self.momentum))
            return mean, var


@wrong("check_buffers")
class OverwritesTheBuffers:
    """The buffers take the statistics of the last batch as they are. They are to move towards them, by
    momentum.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps, 1.0)


@wrong("check_gradients")
class DetachedStatistics:
    """Mean and variance of the batch are detached. The result is right, but the gradient of x treats
    them as constants, although each of its values moves them.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            mean, var = super()._batch_statistics(x)
            return mean.detach(), var.detach()


@wrong("check_gradients")
class DetachedVariance:
    """The variance of the batch carries no graph. The gradient of x then misses the part that comes from
    the division.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            mean, var = super()._batch_statistics(x)
            return mean, var.detach()


@wrong("check_training_values")
class OverTheFeatures:
    """Each sample is normalised over its own features. That is layer normalisation: here a channel is
    normalised over the batch.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            if not self.training:
                return super().forward(x)
            self._batch_statistics(x)
            dims = list(range(1, x.dim()))
            shape = (-1,) + (1,) * (x.dim() - 1)
            return normalised(self, x, x.mean(dims), x.var(dims, correction=0), shape)


@wrong("check_training_values")
class OverTheWholeBatch:
    """One mean and one variance are taken over everything. Each channel is to have its own."""

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            mean, var = super()._batch_statistics(x)
            return x.mean().expand_as(mean), x.var(correction=0).expand_as(var)


@wrong("check_training_values")
class OverTheBatchOnly:
    """The statistics are taken over the first dimension only. In an image all positions of a channel
    count as well: there is one mean per channel, not one per pixel.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            if not self.training:
                return super().forward(x)
            self._batch_statistics(x)
            return normalised(self, x, x.mean(0), x.var(0, correction=0), (1, *x.shape[1:]))


@wrong("check_eval")
class BatchStatisticsInEval:
    """Eval mode normalises with the statistics of the batch too. A sample's result then depends on the
    others, and one sample alone gives nothing but bias.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            if self.training:
                return super().forward(x)
            return normalised(self, x, x.mean(others(x)), x.var(others(x), correction=0))


@wrong("check_training_values")
class RunningStatisticsInTraining:
    """Training normalises with the running statistics. Those are for eval: in training the batch is
    normalised with its own.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            super()._batch_statistics(x)
            return self.running_mean.clone(), self.running_var.clone()


@wrong("check_eval")
class UpdatesInEval:
    """The buffers follow in eval mode too. What is evaluated then changes the model, and the order of the
    samples matters.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            out = super().forward(x)
            if not self.training:
                self._batch_statistics(x)
            return out


@wrong("check_eval")
class CountsInEval:
    """num_batches_tracked counts every call. It counts the batches that the buffers have followed, so
    only those in training mode.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            if not self.training:
                self.num_batches_tracked += 1
            return super().forward(x)


@wrong("check_buffers")
class BuffersKeepTheGraph:
    """The buffers are computed from mean and variance with their graph. Each one then holds on to the
    graphs of all batches before, and memory grows with every step.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            before = self.running_mean, self.running_var
            self.running_mean, self.running_var = self.running_mean.clone(), self.running_var.clone()
            mean, var = super()._batch_statistics(x)
            n = x.numel() // x.size(1)
            self.running_mean = before[0].lerp(mean, self.momentum)
            self.running_var = before[1].lerp(var * n / (n - 1), self.momentum)
            return mean, var


@wrong("check_state")
class StatisticsAreParameters:
    """The running statistics are parameters. An optimiser would then train them, or decay them: they are
    to be buffers.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps, momentum)
            del self.running_mean, self.running_var
            self.running_mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)
            self.running_var = nn.Parameter(torch.ones(num_features), requires_grad=False)


@wrong("check_state")
class StatisticsAreAttributes:
    """The running statistics are plain attributes. The module does not know them: they are not saved with
    it, and stay behind when it is cast or moved.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps, momentum)
            del self.running_mean, self.running_var
            self.running_mean = torch.zeros(num_features)
            self.running_var = torch.ones(num_features)


@wrong("check_state")
class NothingIsCounted:
    """There is no num_batches_tracked. The built-in layers have one, and a strict load_state_dict asks
    for it.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps, momentum)
            del self.num_batches_tracked
            self.num_batches_tracked = torch.tensor(0)


@wrong("check_state")
class RunningVarianceStartsAtZero:
    """running_var starts at zero. Before the first batch, eval mode would divide by the root of eps: it
    starts at one, so that an untrained layer changes nothing.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps, momentum)
            self.running_var.zero_()


@wrong("check_state")
class ParametersStartAtRandom:
    """weight starts with random numbers. A fresh batch norm is nothing but the normalisation: its weight
    is one and its bias zero.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, eps, momentum)
            nn.init.normal_(self.weight)


@wrong("check_eps")
class EpsOnTheStandardDeviation:
    """eps is added to the standard deviation, outside the root. For small variances that makes a large
    difference, and where the variance is zero the root has no finite gradient.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            mean, var = self.running_mean, self.running_var
            if self.training:
                mean, var = self._batch_statistics(x)
            shape = (1, -1) + (1,) * (x.dim() - 2)
            x = (x - mean.view(shape)) / (var.sqrt().view(shape) + self.eps)
            return x * self.weight.view(shape) + self.bias.view(shape)


@wrong("check_eps")
class EpsIsFixed:
    """eps is always 1e-5, whatever the constructor was given."""

    class MyBatchNorm(reference.MyBatchNorm):
        def __init__(self, num_features, eps=1e-5, momentum=0.1):
            super().__init__(num_features, momentum=momentum)


@wrong("check_no_grad")
class BuffersNeedGradients:
    """The buffers only move while gradients are enabled. What decides is the mode of the module: no_grad
    says nothing about it.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            if torch.is_grad_enabled():
                return super()._batch_statistics(x)
            return x.mean(others(x)), x.var(others(x), correction=0)


@wrong("check_eval")
class ModeFromGradMode:
    """Whether gradients are enabled is taken for the mode. eval() and no_grad() are two things: a model
    in eval mode may well compute gradients.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            kept, self.training = self.training, torch.is_grad_enabled()
            try:
                return super().forward(x)
            finally:
                self.training = kept


@wrong("check_buffers")
class NeverCounts:
    """num_batches_tracked is there, but stays zero. It goes up by one with every batch in training."""

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            statistics = super()._batch_statistics(x)
            self.num_batches_tracked.zero_()
            return statistics


@wrong("check_large_mean")
class MeanOfSquares:
    """The variance is computed as the mean of the squares minus the square of the mean. Where the mean is
    large, both are nearly the same number, and the difference is mostly rounding.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            before = self.running_var.clone()
            mean, _ = super()._batch_statistics(x)
            var = (x * x).mean(others(x)) - mean * mean
            n = x.numel() // x.size(1)
            self.running_var.copy_(before.lerp(var.detach() * n / (n - 1), self.momentum))
            return mean, var


@wrong("check_single_value")
class AcceptsASingleValue:
    """A single value per channel goes through. Its variance is zero, so the result is bias whatever x is,
    and the unbiased variance divides by zero and ruins the buffer.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            n = x.numel() // x.size(1)
            mean, var = x.mean(others(x)), x.var(others(x), correction=0)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var * n / max(n - 1, 1), self.momentum)
                self.num_batches_tracked += 1
            return mean, var


@wrong("check_few_values", shows="exception")
class RefusesASingleSample:
    """A batch of one is refused in training. What counts are the values per channel: one image has as
    many as it has pixels.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def _batch_statistics(self, x):
            if len(x) == 1:
                raise ValueError("Expected more than one sample when training")
            return super()._batch_statistics(x)


@wrong("check_input")
class InPlace:
    """x is normalised in place, and the caller's tensor with it. (Autograd refuses it where x is a leaf
    that requires gradients.)
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            if x.requires_grad:
                return super().forward(x)
            mean, var = self.running_mean, self.running_var
            if self.training:
                mean, var = self._batch_statistics(x)
            shape = (1, -1) + (1,) * (x.dim() - 2)
            x -= mean.view(shape)
            x /= torch.sqrt(var.view(shape) + self.eps)
            return x * self.weight.view(shape) + self.bias.view(shape)


@wrong("check_training_values")
class NoAffine:
    """weight and bias are not used, or only one of them. After the normalisation each channel is scaled
    by weight and shifted by bias.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            weight, bias = self.weight.detach().clone(), self.bias.detach().clone()
            with torch.no_grad():
                self.weight.fill_(1)
                self.bias.fill_(0)
                out = super().forward(x)
                self.weight.copy_(weight)
                self.bias.copy_(bias)
            return out.clone()


@wrong("check_training_values", shows="exception")
class AtMostTwoFurtherDimensions:
    """The dimensions are written down for up to four. With a fifth, as in volumes, the statistics are not
    one number per channel any more.
    """

    class MyBatchNorm(reference.MyBatchNorm):
        def forward(self, x):
            if self.training and x.dim() > 4:
                return normalised(self, x, x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0))
            return super().forward(x)
