from torch import nn

from pytest_torchkata.checks import right


@right
class AddedOneByOne:
    """An empty ModuleDict that is filled, with a message in the error."""

    class MultiHead(nn.Module):
        def __init__(self, in_features=128, heads=None):
            super().__init__()
            self.heads = nn.ModuleDict()
            for name, classes in (heads or {"sentiment": 2, "topic": 10}).items():
                self.heads[name] = nn.Linear(in_features, classes)

        def forward(self, features, task):
            if task not in self.heads:
                raise KeyError(f"unknown task {task!r}, known are {list(self.heads)}")
            return self.heads[task](features)


@right
class NamedChildren:
    """A bare module with named children."""

    class MultiHead(nn.Module):
        def __init__(self, in_features=128, heads=None):
            super().__init__()
            heads = {"sentiment": 2, "topic": 10} if heads is None else heads
            self.tasks = list(heads)
            self.heads = nn.Module()
            for name, classes in heads.items():
                self.heads.add_module(name, nn.Linear(in_features, classes))

        def forward(self, x, task):
            return dict(self.heads.named_children())[task](x)
