import numpy as np
import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_no_bias", shows="exception")
class BiasIsAlwaysThere:
    """The bias is set to zero without a look. In a layer made with bias=False it is None, which has no
    zero_(); the usual snippet guards its convolutions and forgets its linear layers.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)


@wrong("check_linear", shows="exception")
class MisspeltZero:
    """zero__ with two underscores is on some lists, and exists nowhere. Operations that work in place
    end in one underscore.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, (nn.Linear, nn.Conv2d)) and module.bias is not None:
            module.bias.data.zero__()


@wrong("check_bias")
class BiasLeftAlone:
    """The biases keep what they had. By default that is not zero: layers draw their biases too."""

    def init_weights(module):
        kept = getattr(module, "bias", None)
        kept = kept.detach().clone() if isinstance(kept, torch.Tensor) else None
        reference.init_weights(module)
        if kept is not None:
            module.bias.data.copy_(kept)


@wrong("check_bias")
class ConvBiasForgotten:
    """Only the linear layers get their bias set to zero. Convolutions have one as well."""

    def init_weights(module):
        if not isinstance(module, nn.Conv2d):
            return reference.init_weights(module)
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


@wrong("check_same_parameters")
class NewParameters:
    """The weight is replaced by a new nn.Parameter. An optimiser made before still holds the old one,
    what was tied is so no longer, and what was frozen is trainable again.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.Embedding)):
            module.weight = nn.Parameter(module.weight.detach().clone())


@wrong("check_other_types")
class EverythingWithAWeight:
    """Whatever has a weight is initialised. Normalisations have one too, of ones, and so has any module
    of your own: ask for the type.
    """

    def init_weights(module):
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.Embedding)):
            return reference.init_weights(module)
        if isinstance(getattr(module, "weight", None), torch.Tensor):
            nn.init.normal_(module.weight, std=0.02)


@wrong("check_other_types")
class EveryConvolution:
    """All convolutions are initialised. Asked for are two-dimensional ones; the transposed and the
    one-dimensional ones are other types.
    """

    def init_weights(module):
        if isinstance(module, (nn.Conv1d, nn.ConvTranspose2d)):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        reference.init_weights(module)


@wrong("check_derived")
class ExactTypes:
    """The type is compared with ==, so a class derived from nn.Linear is passed over. An object of it is
    a linear layer as well.
    """

    def init_weights(module):
        if type(module) in (nn.Linear, nn.Conv2d, nn.Embedding):
            reference.init_weights(module)


@wrong("check_derived")
class TypesByName:
    """The type is looked up by the name of its class, so a derived class with another name is passed
    over.
    """

    def init_weights(module):
        if module.__class__.__name__ in ("Linear", "Conv2d", "Embedding", "MyLinear"):
            reference.init_weights(module)


@wrong("check_conv")
class FanIn:
    """The convolution's variance is 2 / fan_in, the default of nn.init. Asked for is fan_out, which
    keeps the scale of the gradients on their way back.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")


@wrong("check_conv")
class FanWithoutTheKernel:
    """fan_out is taken to be the number of output channels. One input value reaches each of them through
    every position of the kernel.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Conv2d):
            nn.init.normal_(module.weight, std=(2 / module.out_channels) ** 0.5)


@wrong("check_conv")
class NoGain:
    """The variance is 1 / fan_out. Kaiming's 2 is missing, which makes up for what a ReLU throws away."""

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="linear")


@wrong("check_conv")
class UniformConvolutions:
    """The convolution's weights are uniform. Their variance is right, but asked for is the normal form."""

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_uniform_(module.weight, mode="fan_out", nonlinearity="relu")


@wrong("check_linear")
class NormalLinear:
    """The linear layer's weights are normal. Their variance is right, but asked for is the uniform form,
    which has a bound.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Linear):
            nn.init.xavier_normal_(module.weight)


@wrong("check_linear")
class KaimingLinear:
    """The linear layers get Kaiming's bound, which looks at fan_in alone. Xavier looks at both fans."""

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Linear):
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")


@wrong("check_linear")
class GainOfReLU:
    """The Xavier bound is multiplied by the gain of a ReLU. Asked for is a gain of 1."""

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight, gain=nn.init.calculate_gain("relu"))


@wrong("check_linear")
class OneSidedUniform:
    """The uniform numbers lie between 0 and the bound. All weights are then positive, and every output
    moves the same way: they are to lie on both sides of zero.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Linear):
            nn.init.uniform_(module.weight, 0, (6 / sum(module.weight.shape)) ** 0.5)


@wrong("check_embedding")
class EmbeddingLeftAlone:
    """The embedding keeps its own start, with standard deviation 1: fifty times what is asked for."""

    def init_weights(module):
        if not isinstance(module, nn.Embedding):
            reference.init_weights(module)


@wrong("check_embedding")
class VarianceForStd:
    """The embedding's 0.02 is used as a variance. nn.init and normal_ take the standard deviation."""

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.02**0.5)


@wrong("check_padding_row")
class NoiseInThePaddingRow:
    """The padding row is filled with noise like all others. It is zero only because the constructor made
    it so, and it gets no gradient that could ever change it back.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)


@wrong("check_padding_row")
class ZeroIsNoPaddingIndex:
    """A padding_idx of 0 is taken for none, as `if module.padding_idx` does. 0 is false in Python, and
    the most common padding index.
    """

    def init_weights(module):
        if isinstance(module, nn.Embedding) and not module.padding_idx:
            nn.init.normal_(module.weight, std=0.02)
        else:
            reference.init_weights(module)


@wrong("check_padding_row")
class AlwaysRowZero:
    """Row 0 is set to zero, whatever padding_idx is. The layer knows which row it is."""

    def init_weights(module):
        if not isinstance(module, nn.Embedding):
            return reference.init_weights(module)
        nn.init.normal_(module.weight, std=0.02)
        if module.padding_idx is not None:
            module.weight.data[0] = 0


@wrong("check_one_module")
class VisitsTheChildren:
    """The function walks through the modules inside as well. apply does that already: each layer is
    initialised several times, and a call on a container does what nobody asked for.
    """

    def init_weights(module):
        for inner in module.modules():
            reference.init_weights(inner)


@wrong("check_same_parameters")
class Unfreezes:
    """The weights come back as trainable. Whether a parameter is trained is not a matter of its values:
    a frozen one stays frozen.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.Embedding)):
            module.weight.requires_grad_(True)


@wrong("check_seed")
class NumpyNumbers:
    """The numbers come from a generator that torch.manual_seed does not set. Runs with the same seed
    then differ.
    """

    def init_weights(module):
        reference.init_weights(module)
        if isinstance(module, nn.Linear):
            bound = (6 / sum(module.weight.shape)) ** 0.5
            drawn = np.random.default_rng().uniform(-bound, bound, tuple(module.weight.shape))
            module.weight.data.copy_(torch.as_tensor(drawn))


@wrong("check_same_parameters")
class SkipsFrozenBiases:
    """A bias that is frozen is left as it was. Frozen means that it is not trained: it starts at zero as
    well.
    """

    def init_weights(module):
        bias = getattr(module, "bias", None) if isinstance(module, (nn.Linear, nn.Conv2d)) else None
        before = None if bias is None else bias.detach().clone()
        reference.init_weights(module)
        if bias is not None and not bias.requires_grad:
            bias.data.copy_(before)
