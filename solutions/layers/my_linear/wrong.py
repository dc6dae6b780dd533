import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_parameters")
class WeightInByOut:
    """The weight is stored as (in_features, out_features), ready to be multiplied. nn.Linear stores
    it the other way round, one row for each output, and state dicts have to fit.
    """

    class MyLinear(nn.Module):
        def __init__(self, in_features, out_features):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(in_features, out_features))
            self.bias = nn.Parameter(torch.zeros(out_features))

        def forward(self, x):
            return x @ self.weight + self.bias


@wrong("check_parameters")
class OtherNames:
    """The parameters have other names than weight and bias. The names are the keys of the state
    dict, and it has to fit that of nn.Linear.
    """

    class MyLinear(nn.Module):
        def __init__(self, in_features, out_features):
            super().__init__()
            self.W = nn.Parameter(torch.randn(out_features, in_features))
            self.b = nn.Parameter(torch.zeros(out_features))

        def forward(self, x):
            return x @ self.W.T + self.b


@wrong("check_parameters")
class PlainTensors:
    """weight and bias are tensors with requires_grad=True. A module registers nn.Parameter only: it
    does not know these, so they are not trained, saved, cast or moved with it.
    """

    class MyLinear(nn.Module):
        def __init__(self, in_features, out_features):
            super().__init__()
            self.weight = torch.randn(out_features, in_features, requires_grad=True)
            self.bias = torch.zeros(out_features, requires_grad=True)

        def forward(self, x):
            return x @ self.weight.T + self.bias


@wrong("check_parameters")
class ParametersMadeInForward:
    """The parameters are made in forward. Before the first call an optimiser finds none, and every
    call starts with new ones. Make them once, in __init__.
    """

    class MyLinear(nn.Module):
        def __init__(self, in_features, out_features):
            super().__init__()
            self.in_features, self.out_features = in_features, out_features

        def forward(self, x):
            self.weight = nn.Parameter(torch.randn(self.out_features, self.in_features))
            self.bias = nn.Parameter(torch.zeros(self.out_features))
            return x @ self.weight.T + self.bias


@wrong("check_parameters")
class BiasIsAColumn:
    """The bias has shape (out_features, 1). It is a vector: added to (batch, out_features), a
    column is spread over the wrong dimension, or does not fit at all.
    """

    class MyLinear(nn.Module):
        def __init__(self, in_features, out_features):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(out_features, in_features))
            self.bias = nn.Parameter(torch.zeros(out_features, 1))

        def forward(self, x):
            return (self.weight @ x.mT + self.bias).mT


@wrong("check_parameters")
class BiasIsABuffer:
    """The bias is a buffer: it is saved and moved with the module, but never trained. It is to be a
    parameter.
    """

    class MyLinear(reference.MyLinear):
        def __init__(self, in_features, out_features):
            super().__init__(in_features, out_features)
            del self.bias
            self.register_buffer("bias", torch.zeros(out_features))


@wrong("check_gradients")
class ParametersWrappedAgain:
    """forward wraps the values in a new nn.Parameter. The results are right, but the gradient goes
    to the new one, while an optimiser still holds the old one and never trains anything.
    """

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            self.weight = nn.Parameter(self.weight.data)
            self.bias = nn.Parameter(self.bias.data)
            return x @ self.weight.T + self.bias


@wrong("check_gradients")
class UsesData:
    """forward computes with weight.data, outside autograd. The result is right, but no gradient
    reaches the parameters.
    """

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            return x @ self.weight.data.T + self.bias.data


@wrong("check_start")
class StartsAtZero:
    """The weight starts at zero, so all outputs start alike. In a network whose layers all start
    so, the hidden units get equal gradients and stay alike for ever. (For the bias, zero is fine.)
    """

    class MyLinear(reference.MyLinear):
        def __init__(self, in_features, out_features):
            super().__init__(in_features, out_features)
            self.weight = nn.Parameter(torch.zeros(out_features, in_features))


@wrong("check_start")
class StartsConstant:
    """Every entry of weight starts with the same value, so all outputs start alike. In a network
    whose layers all start so, the hidden units get equal gradients and stay alike for ever.
    """

    class MyLinear(reference.MyLinear):
        def __init__(self, in_features, out_features):
            super().__init__(in_features, out_features)
            self.weight = nn.Parameter(torch.ones(out_features, in_features))


@wrong("check_start")
class NeverSet:
    """torch.empty and torch.Tensor(n, m) only reserve memory. What is in it is left from before:
    zeros, huge numbers, NaN. Fill it before the first use.
    """

    class MyLinear(reference.MyLinear):
        def __init__(self, in_features, out_features):
            super().__init__(in_features, out_features)
            self.weight = nn.Parameter(torch.empty(out_features, in_features))
            self.bias = nn.Parameter(torch.empty(out_features))


@wrong("check_start")
class SeedsItself:
    """The constructor sets the random seed, so all layers of one size start alike, and all random
    numbers of the program with them. Seeding belongs to whoever runs the training.
    """

    class MyLinear(reference.MyLinear):
        def __init__(self, in_features, out_features):
            torch.manual_seed(0)
            super().__init__(in_features, out_features)


@wrong("check_state_dict", shows="exception")
class SavesItsSizes:
    """The sizes are registered as buffers, so they are in the state dict, where nn.Linear does not
    have them. Plain attributes do, or the shape of weight.
    """

    class MyLinear(reference.MyLinear):
        def __init__(self, in_features, out_features):
            super().__init__(in_features, out_features)
            self.register_buffer("in_features", torch.tensor(in_features))
            self.register_buffer("out_features", torch.tensor(out_features))


@wrong("check_values")
class FlattensTheBatch:
    """x is flattened to two dimensions, and the result stays so. The leading dimensions of x are
    those of the result.
    """

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            return x.reshape(-1, self.weight.shape[1]) @ self.weight.T + self.bias


@wrong("check_layout", shows="exception")
class FlattensWithView:
    """x is flattened with view, which needs memory in the right order. A transposed x does not have
    it. The matrix product of torch takes the leading dimensions as they are.
    """

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            out = x.view(-1, self.weight.shape[1]) @ self.weight.T + self.bias
            return out.view(*x.shape[:-1], self.weight.shape[0])


@wrong("check_width")
class CutsWideRows:
    """view or reshape with (-1, in_features) cuts a row that is twice as wide into two rows, and
    nobody notices that x does not fit this layer.
    """

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            out = x.reshape(-1, self.weight.shape[1]) @ self.weight.T + self.bias
            return out.reshape(*x.shape[:-1], -1)


@wrong("check_width")
class StretchesWidthOne:
    """einsum, tensordot and a product followed by a sum stretch a last dimension of one to
    in_features without a word. Compare the width yourself, or use an operation that refuses.
    """

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            return torch.einsum("...i,oi->...o", x, self.weight) + self.bias


@wrong("check_features")
class BiasFirst:
    """The bias is added to x, before the product. It belongs to the outputs: it has out_features
    entries, which fit x only by chance.
    """

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            return (x + self.bias) @ self.weight.T


@wrong("check_features")
class NotTransposed:
    """x is multiplied by weight as it is stored, one row for each output. It needs to be turned,
    even where it is square and both ways round fit.
    """

    class MyLinear(reference.MyLinear):
        def forward(self, x):
            return x @ self.weight + self.bias


@wrong("check_values", shows="exception")
class TransposedOnce:
    """The transposed weight is made once, in __init__, and kept. It is no parameter: when the
    module is cast or moved, weight gets new memory and this one stays behind.
    """

    class MyLinear(reference.MyLinear):
        def __init__(self, in_features, out_features):
            super().__init__(in_features, out_features)
            self.weight_t = self.weight.T

        def forward(self, x):
            return x @ self.weight_t + self.bias


@wrong("check_copy")
class FunctionOfTheOriginal:
    """__init__ keeps a function that refers to self. A deep copy shares it, and so goes on
    computing with the parameters of the original. Write it as a method.
    """

    class MyLinear(reference.MyLinear):
        def __init__(self, in_features, out_features):
            super().__init__(in_features, out_features)
            self.affine = lambda x: x @ self.weight.T + self.bias

        def forward(self, x):
            return self.affine(x)
