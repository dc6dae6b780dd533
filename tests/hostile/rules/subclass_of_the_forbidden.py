"""It is the forbidden class, made a base under a computed name."""

# kata: layers/my_linear
# says: The rule: without *

from torch import nn

Base = vars(nn)["Lin" + "ear"]


class MyLinear(Base):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
