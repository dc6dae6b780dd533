import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_identity")
class AsItWas:
    """The first activation still writes into x. Everything that reads x afterwards, a copy made by then
    included, finds it rectified, and so does the caller.
    """

    class PreActBlock(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.act = nn.ReLU(inplace=True)
            self.fc1 = nn.Linear(dim, dim)
            self.fc2 = nn.Linear(dim, dim)

        def forward(self, x):
            out = self.act(x)
            out = self.fc1(out)
            out = self.act(out)
            out = self.fc2(out)
            return x + out


@wrong("check_identity")
class AddsTheRectified:
    """x is no longer written into, but its name is given to the rectified tensor, and that is what is added
    at the end.
    """

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            x = F.relu(x)
            h = self.fc2(F.relu(self.fc1(x)))
            return x + h


@wrong("check_identity")
class AddsIntoTheAlias:
    """The result is added into what the first activation returned. That is x itself, rectified: the caller's
    tensor becomes the output.
    """

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            out = F.relu(x, inplace=True)
            out += self.fc2(F.relu(self.fc1(out)))
            return out


@wrong("check_values")
class HidesItWithData:
    """x.data lets the edit pass without autograd noticing. The values are still overwritten, and the
    gradient through the activation is missing.
    """

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            out = F.relu(x.data, inplace=True)
            return x + self.fc2(F.relu(self.fc1(out)))


@wrong("check_identity")
class ReluOnTheSum:
    """The sum goes through the activation. With the activations in front of the layers nothing comes behind
    the sum, so that x can pass through as it is.
    """

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            return F.relu(super().forward(x))


@wrong("check_identity")
class NoSkip:
    """x is not added any more. Without the addition this is no residual block."""

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            return self.fc2(F.relu(self.fc1(F.relu(x))))


@wrong("check_values")
class WithoutTheFirst:
    """The first activation is gone, and with it the symptom. But fc1 is to see the rectified x."""

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            return x + self.fc2(F.relu(self.fc1(x)))


@wrong("check_values")
class WithoutTheSecond:
    """The second activation is gone. It did no harm, and without it the two layers are one linear map."""

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            return x + self.fc2(self.fc1(F.relu(x)))


@wrong("check_values")
class PostActivation:
    """The activations stand behind the layers. That is another block: here each stands in front of one."""

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            return x + F.relu(self.fc2(F.relu(self.fc1(x))))


@wrong("check_values")
class DetachedSkip:
    """The copy that is added is detached. The values are right, but the gradient no longer passes along the
    shortcut, which is what the shortcut is for.
    """

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            identity = x.detach().clone()
            return identity + self.fc2(F.relu(self.fc1(F.relu(x))))


@wrong("check_values")
class DetachedBranch:
    """The activation works on a detached copy. The values are right, but the gradient of x has lost the part
    that comes through the layers.
    """

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            out = F.relu(x.detach().clone(), inplace=True)
            return x + self.fc2(F.relu(self.fc1(out)))


@wrong("check_values")
class AddsIntoX:
    """The values are right, but += writes the sum into x, and that is the caller's tensor. Make a new one."""

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            h = self.fc2(F.relu(self.fc1(F.relu(x))))
            x += h
            return x


@wrong("check_values")
class LeakyInstead:
    """The first activation lets negative values through in part. ReLU is asked for; what must keep them is
    the shortcut.
    """

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            return x + self.fc2(F.relu(self.fc1(F.leaky_relu(x))))


@wrong("check_no_grad")
class InPlaceWithoutGradients:
    """In place where no gradients are recorded: nothing needs the old value for a backward, but your own
    last line and the caller still do.
    """

    class PreActBlock(reference.PreActBlock):
        def forward(self, x):
            out = F.relu(x, inplace=not torch.is_grad_enabled())
            return x + self.fc2(F.relu(self.fc1(out)))
