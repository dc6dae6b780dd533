import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference

DEFAULT = {"sentiment": 2, "topic": 10}


@wrong("check_keys")
class PlainDict:
    """The heads are in a Python dict. The lookup works, but the module does not see into it: no optimizer,
    no checkpoint and no cast gets to the heads.
    """

    class MultiHead(reference.MultiHead):
        def __init__(self, in_features=128, heads=None):
            nn.Module.__init__(self)
            heads = heads or DEFAULT
            self.heads = {task: nn.Linear(in_features, n) for task, n in heads.items()}


@wrong("check_keys")
class AttributesOfTheModule:
    """Each head is an attribute of the module itself. It is registered, but its key does not begin with
    heads, and a checkpoint with the keys asked for does not load.
    """

    class MultiHead(nn.Module):
        def __init__(self, in_features=128, heads=None):
            super().__init__()
            for task, n in (heads or DEFAULT).items():
                setattr(self, task, nn.Linear(in_features, n))

        def forward(self, x, task):
            if task not in self._modules:
                raise KeyError(task)
            return getattr(self, task)(x)


@wrong("check_keys")
class NumberedHeads:
    """The heads are in a ModuleList, with their numbers as keys. The names are what a checkpoint is read
    by, and numbers change their meaning when a task is added.
    """

    class MultiHead(nn.Module):
        def __init__(self, in_features=128, heads=None):
            super().__init__()
            heads = heads or DEFAULT
            self.index = {task: i for i, task in enumerate(heads)}
            self.heads = nn.ModuleList(nn.Linear(in_features, n) for n in heads.values())

        def forward(self, x, task):
            return self.heads[self.index[task]](x)


@wrong("check_keys")
class OneWideLayer:
    """One layer holds the classes of all tasks, and its output is cut to pieces. It has one key for all,
    and every task pays for all others.
    """

    class MultiHead(nn.Module):
        def __init__(self, in_features=128, heads=None):
            super().__init__()
            self.sizes = dict(heads or DEFAULT)
            self.heads = nn.Linear(in_features, sum(self.sizes.values()))

        def forward(self, x, task):
            names = list(self.sizes)
            if task not in names:
                raise KeyError(task)
            return self.heads(x).split(list(self.sizes.values()), dim=-1)[names.index(task)]


@wrong("check_keys")
class Alphabetical:
    """The heads are sorted by name. parameters() yields them in this order then, and an optimizer's saved
    state, which goes by position, would be given to the wrong head.
    """

    class MultiHead(reference.MultiHead):
        def __init__(self, in_features=128, heads=None):
            super().__init__(in_features, dict(sorted((heads or DEFAULT).items())))


@wrong("check_keys")
class DefaultsAreAlwaysThere:
    """The tasks that are given are added to the default ones. The default is only for a caller who gives
    none.
    """

    class MultiHead(reference.MultiHead):
        def __init__(self, in_features=128, heads=None):
            super().__init__(in_features, {**DEFAULT, **(heads or {})})


@wrong("check_keys")
class WithoutBiases:
    """The heads have no bias. What is asked for is a linear layer with one."""

    class MultiHead(reference.MultiHead):
        def __init__(self, in_features=128, heads=None):
            nn.Module.__init__(self)
            layers = {t: nn.Linear(in_features, n, bias=False) for t, n in (heads or DEFAULT).items()}
            self.heads = nn.ModuleDict(layers)


@wrong("check_keys")
class HiddenLayerInEveryHead:
    """Each head has a hidden layer. A head is one linear layer here; what comes before it is the trunk's
    business.
    """

    class MultiHead(reference.MultiHead):
        def __init__(self, in_features=128, heads=None):
            nn.Module.__init__(self)
            self.heads = nn.ModuleDict(
                {
                    task: nn.Sequential(
                        nn.Linear(in_features, in_features), nn.ReLU(), nn.Linear(in_features, n)
                    )
                    for task, n in (heads or DEFAULT).items()
                }
            )


@wrong("check_two_instances")
class LayersInTheSignature:
    """The default heads are made once, when the class is defined. Every instance gets the same layers, and
    training one trains them all.
    """

    class MultiHead(nn.Module):
        _made: dict[int, dict[str, nn.Linear]] = {}

        def __init__(self, in_features=128, heads=None):
            super().__init__()
            if heads is None:
                made = {task: nn.Linear(in_features, n) for task, n in DEFAULT.items()}
                layers = self._made.setdefault(in_features, made)
            else:
                layers = {task: nn.Linear(in_features, n) for task, n in heads.items()}
            self.heads = nn.ModuleDict(layers)

        def forward(self, x, task):
            return self.heads[task](x)


@wrong("check_one_runs")
class RunsEveryHead:
    """All heads run, and one result is picked. It is the right one, but every task pays for all of them,
    and their hooks run as well.
    """

    class MultiHead(reference.MultiHead):
        def forward(self, x, task):
            return {name: head(x) for name, head in self.heads.items()}[task]


@wrong("check_gradients")
class ZeroTimesTheOthers:
    """The other heads are added with weight zero. Their gradients are zeros and no longer None, and an
    optimizer with momentum or weight decay moves what has a gradient.
    """

    class MultiHead(reference.MultiHead):
        def forward(self, x, task):
            others = sum(head(x).sum() for name, head in self.heads.items() if name != task)
            return self.heads[task](x) + 0 * others


@wrong("check_unknown")
class FallsBackToTheFirst:
    """A task that does not exist gets the first head. A misspelt name then trains and evaluates the wrong
    one, without a word.
    """

    class MultiHead(reference.MultiHead):
        def forward(self, x, task):
            if task not in self.heads:
                task = next(iter(self.heads))
            return self.heads[task](x)


@wrong("check_unknown")
class LooksUpAnAttribute:
    """getattr looks among all attributes. A missing one raises AttributeError, and a name such as keys finds
    a method of the container.
    """

    class MultiHead(reference.MultiHead):
        def forward(self, x, task):
            return getattr(self.heads, task)(x)


@wrong("check_unknown")
class RaisesValueError:
    """A ValueError is raised. The name is a key that is not found, and the statement names the error."""

    class MultiHead(reference.MultiHead):
        def forward(self, x, task):
            if task not in self.heads:
                raise ValueError(f"unknown task {task!r}")
            return self.heads[task](x)


@wrong("check_unknown")
class ReturnsNothing:
    """A task that does not exist gives None. The error comes later and elsewhere, if it comes at all."""

    class MultiHead(reference.MultiHead):
        def forward(self, x, task):
            if task in self.heads:
                return self.heads[task](x)
            return None


@wrong("check_dict")
class KeepsTheDict:
    """The caller's dict is kept and asked in forward. When the caller changes it, this module and its heads
    no longer agree.
    """

    class MultiHead(reference.MultiHead):
        def __init__(self, in_features=128, heads=None):
            heads = DEFAULT if heads is None else heads
            super().__init__(in_features, heads)
            self.sizes = heads

        def forward(self, x, task):
            if task not in self.sizes:
                raise KeyError(task)
            return self.heads[task](x)


@wrong("check_dict")
class WritesIntoTheDict:
    """The layers are written into the dict in the place of the numbers. It is the caller's, who will use it
    again.
    """

    class MultiHead(reference.MultiHead):
        def __init__(self, in_features=128, heads=None):
            nn.Module.__init__(self)
            heads = dict(DEFAULT) if heads is None else heads
            for task, n in heads.items():
                heads[task] = nn.Linear(in_features, int(getattr(n, "out_features", n)))
            self.heads = nn.ModuleDict(heads)


@wrong("check_values")
class SoftmaxOnTop:
    """The scores go through a softmax. Raw scores are asked for: a loss such as cross-entropy does that step
    itself.
    """

    class MultiHead(reference.MultiHead):
        def forward(self, x, task):
            return torch.softmax(super().forward(x, task), dim=-1)


@wrong("check_dimensions")
class FlattensTheBatch:
    """The leading dimensions are merged into one, and not restored. A linear layer keeps them by itself."""

    class MultiHead(reference.MultiHead):
        def forward(self, x, task):
            return super().forward(x.reshape(-1, x.size(-1)), task)
