import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_traced")
class AsItWas:
    """Both still decide in Python, by the value of a tensor. When a graph is recorded, the decision is
    taken once, for the example, and the graph holds one path only.
    """

    class DynamicModel(nn.Module):
        def forward(self, x):
            if x.mean() > 0:
                return torch.relu(x)
            return torch.tanh(x)

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            steps = 0
            while steps < self.max_steps and x.abs().max() > self.limit:
                x = x / 2
                steps += 1
            return x


@wrong("check_traced")
class BranchInPython:
    """RepeatUntilSmall is repaired. DynamicModel still has a Python if on the value of a tensor."""

    class DynamicModel(nn.Module):
        def forward(self, x):
            return torch.relu(x) if x.mean() > 0 else torch.tanh(x)


@wrong("check_traced")
class LoopInPython:
    """DynamicModel is repaired. RepeatUntilSmall still asks a tensor in every round whether to go on, and
    a graph holds as many rounds as its example took.
    """

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            for _ in range(self.max_steps):
                if not x.abs().max() > self.limit:
                    break
                x = x / 2
            return x


@wrong("check_traced")
class ItemInTheCondition:
    """item() makes a Python number of the tensor. A graph cannot see what is decided by it: the tracer
    writes the example's number down.
    """

    class DynamicModel(nn.Module):
        def forward(self, x):
            return torch.relu(x) if x.mean().item() > 0 else torch.tanh(x)

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            largest = x.abs().max().item()
            for _ in range(self.max_steps):
                if largest > self.limit:
                    x, largest = x / 2, largest / 2
            return x


@wrong("check_branch")
class EachEntryForItself:
    """where looks at each entry's own sign. There is one decision for the whole input, by its mean."""

    class DynamicModel(nn.Module):
        def forward(self, x):
            return torch.where(x > 0, torch.relu(x), torch.tanh(x))


@wrong("check_branch")
class EachRowForItself:
    """The mean is taken of each row. There is one decision for the whole input."""

    class DynamicModel(nn.Module):
        def forward(self, x):
            return torch.where(x.mean(-1, keepdim=True) > 0, torch.relu(x), torch.tanh(x))


@wrong("check_branch")
class ZeroIsPositive:
    """A mean of exactly zero is not above zero: it takes the other side."""

    class DynamicModel(nn.Module):
        def forward(self, x):
            return torch.where(x.mean() >= 0, torch.relu(x), torch.tanh(x))


@wrong("check_branch")
class SidesSwapped:
    """The two sides have changed places: where takes its first value where the condition holds."""

    class DynamicModel(nn.Module):
        def forward(self, x):
            return torch.where(x.mean() > 0, torch.tanh(x), torch.relu(x))


@wrong("check_repeat")
class AlwaysMaxSteps:
    """x is halved max_steps times, whatever is in it. How often it needs to be is the point."""

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            for _ in range(self.max_steps):
                x = x / 2
            return x


@wrong("check_repeat")
class HalvesEntries:
    """Only the entries that are too large are halved. It is all of x or nothing, in every round."""

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            for _ in range(self.max_steps):
                x = torch.where(x.abs() > self.limit, x / 2, x)
            return x


@wrong("check_repeat")
class DecidesOnce:
    """The condition is computed once, before the loop. It has to be asked again after each halving."""

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            large = x.abs().max() > self.limit
            for _ in range(self.max_steps):
                x = torch.where(large, x / 2, x)
            return x


@wrong("check_repeat")
class ForgetsNegatives:
    """The largest entry is taken without its absolute value. A large negative one goes unnoticed."""

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            for _ in range(self.max_steps):
                x = torch.where(x.max() > self.limit, x / 2, x)
            return x


@wrong("check_repeat")
class HalvesAtTheLimit:
    """An entry that is exactly limit is not above it: no halving is needed."""

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            for _ in range(self.max_steps):
                x = torch.where(x.abs().max() >= self.limit, x / 2, x)
            return x


@wrong("check_repeat")
class DividesByTheLargest:
    """x is divided by its largest entry, so that it fits at once. It is to be halved, a whole number of
    times.
    """

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            return x / (x.abs().max() / self.limit).clamp(1, 2.0**self.max_steps)


@wrong("check_repeat")
class NoBound:
    """The number of halvings comes from a logarithm, and nothing keeps it at or below max_steps."""

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            steps = torch.log2(x.detach().abs().max() / self.limit).ceil().clamp(min=0)
            return x * torch.exp2(-steps)


@wrong("check_arguments")
class FixedLimit:
    """The limit is written into forward as 1. The one from the constructor is not used."""

    class RepeatUntilSmall(reference.RepeatUntilSmall):
        def forward(self, x):
            for _ in range(self.max_steps):
                x = torch.where(x.abs().max() > 1, x / 2, x)
            return x


@wrong("check_branch", shows="exception")
class DetachedChoice:
    """The result is built without gradients. The graph is whole, but nothing can be trained through it."""

    class DynamicModel(nn.Module):
        @torch.no_grad()
        def forward(self, x):
            return torch.where(x.mean() > 0, torch.relu(x), torch.tanh(x))
