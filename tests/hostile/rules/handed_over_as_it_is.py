"""It hands over the forbidden class itself, under the name that was asked for."""

# kata: layers/my_linear
# says: The rule: without *

from torch import nn

MyLinear = getattr(nn, "Lin" + "ear")
