"""One trunk, named heads

Write the last part of a network for several tasks: a linear layer for each task, all on top of the
same features. heads maps the name of each task to its number of classes; it is not empty. Features
x are (..., in_features), what a shared trunk has made of the input; forward returns the scores
(..., classes of that task) of the head that task names.

Rules
    - The heads are linear layers with bias. Their keys in the state dict are heads.<task>.weight
      and heads.<task>.bias, in the order in which the tasks are given, and there are no others.
      Names of tasks are as those of variables in Python, but not those of methods, such as keys.
    - If heads is None, the tasks are sentiment with 2 classes and topic with 10, in this order.
    - Only the head that is asked for runs. After backward the parameters of the other heads still
      have None as their gradient.
    - A task that is not among them raises KeyError in forward.
    - The dict is the caller's: it is not changed, and changing it afterwards changes nothing here.
      Two instances share nothing.

Why it is asked: configuration comes as a dict, and a dict is the container that looks right and
registers nothing. A head that is missing from the optimizer still gives a loss that falls, because
the trunk learns.

Example
    >>> model = MultiHead(4, {"topic": 3, "mood": 2})
    >>> list(model.state_dict())
    ['heads.topic.weight', 'heads.topic.bias', 'heads.mood.weight', 'heads.mood.bias']
    >>> model(torch.zeros(5, 4), "mood").shape
    torch.Size([5, 2])
"""

from torch import Tensor, nn


class MultiHead(nn.Module):
    def __init__(self, in_features: int = 128, heads: dict[str, int] | None = None) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor, task: str) -> Tensor:
        raise NotImplementedError
