from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class HeByDefault:
    """That is the standard deviation of He, sqrt(2 / fan_in). Linear layers and convolutions both call
    kaiming_uniform_, but with a=sqrt(5), a slope whose gain makes the variance six times smaller.
    """

    ANSWERS = reference.ANSWERS | {"default_linear_std": 0.088, "default_conv_std": 0.059}


@wrong("check_answer")
class XavierByDefault:
    """That is Xavier, which looks at fan_in and fan_out. The default looks at fan_in alone."""

    ANSWERS = reference.ANSWERS | {"default_linear_std": 0.021, "default_conv_std": 0.026}


@wrong("check_answer")
class BoundTakenForTheStd:
    """That is the bound of the uniform distribution. Its standard deviation is smaller, by sqrt(3)."""

    ANSWERS = reference.ANSWERS | {
        "default_linear_std": 0.062,
        "default_conv_std": 0.042,
        "xavier_uniform_std": 0.03,
    }


@wrong("check_answer")
class StandardNormalByDefault:
    """Only an embedding starts with standard normal numbers. Layers that sum over their inputs scale
    theirs down with the number of inputs.
    """

    ANSWERS = reference.ANSWERS | {"default_linear_std": 1.0, "default_conv_std": 1.0}


@wrong("check_answer")
class HeBoundByDefault:
    """That is the bound of He's uniform form, sqrt(6 / fan_in). The default draws from a narrower one."""

    ANSWERS = reference.ANSWERS | {
        "default_linear_largest_weight": 0.245,
        "default_conv_largest_weight": 0.204,
    }


@wrong("check_answer")
class ConvFanWithoutTheKernel:
    """An output of a convolution sums over the input channels and over all positions of the kernel."""

    ANSWERS = reference.ANSWERS | {"default_conv_largest_weight": 0.25, "default_conv_std": 0.072}


@wrong("check_answer")
class BiasesStartAtZero:
    """By default biases are random too, with the bound that the weights have. In a recurrent layer it
    comes from the hidden size.
    """

    ANSWERS = reference.ANSWERS | {"default_linear_largest_bias": 0.0, "lstm_bias_is_zero": True}


@wrong("check_answer")
class FanOutByDefault:
    """nn.init's Kaiming functions use fan_in unless told otherwise: the second dimension of a matrix."""

    ANSWERS = reference.ANSWERS | {"kaiming_normal_std": 0.02}


@wrong("check_answer")
class NoGainForReLU:
    """A ReLU throws half of the mean square away. The gain makes up for it."""

    ANSWERS = reference.ANSWERS | {"kaiming_normal_std": 0.07, "relu_gain_squared": 1.0}


@wrong("check_answer")
class GainTakenForItsSquare:
    """That is the gain itself. Its square enters the variance."""

    ANSWERS = reference.ANSWERS | {"relu_gain_squared": 1.4142}


@wrong("check_answer")
class XavierLooksAtFanIn:
    """That is 1 / sqrt(fan_in). Xavier takes the average of fan_in and fan_out in its place."""

    ANSWERS = reference.ANSWERS | {"xavier_uniform_std": 0.01}


@wrong("check_answer")
class EmbeddingStartsSmall:
    """An embedding starts with standard normal numbers. A value such as 0.02 is a habit of language
    models, who set it themselves.
    """

    ANSWERS = reference.ANSWERS | {"embedding_std": 0.0}


@wrong("check_answer")
class BatchNormStartsAtZero:
    """A batch norm starts as nothing but the normalisation: its factors leave the values as they are."""

    ANSWERS = reference.ANSWERS | {"batch_norm_weight": [0.0, 0.0, 0.0]}


@wrong("check_answer")
class KaimingTakesAnyTensor:
    """fan_in and fan_out are read off two dimensions. A vector has no fan, and is refused."""

    ANSWERS = reference.ANSWERS | {"kaiming_of_a_bias": None}


@wrong("check_answer")
class NoneIsSkipped:
    """Without a bias the attribute is None, and nn.init calls a method of it. Code for model.apply has
    to look first.
    """

    ANSWERS = reference.ANSWERS | {"zeros_of_a_missing_bias": None}


@wrong("check_answer")
class OtherExceptions:
    """It is refused, but with another exception. nn.init says itself what is wrong with a fan, and says
    nothing of None: there Python complains that an attribute is missing.
    """

    ANSWERS = reference.ANSWERS | {
        "kaiming_of_a_bias": "RuntimeError",
        "zeros_of_a_missing_bias": "TypeError",
    }


@wrong("check_answer")
class InitFreezes:
    """nn.init writes under no_grad, but into the parameter as it is. That it is to be trained stays."""

    ANSWERS = reference.ANSWERS | {"init_keeps_requires_grad": False}


@wrong("check_answer")
class RootFirst:
    """apply goes to the children first, and to the module that it was called on last."""

    ANSWERS = reference.ANSWERS | {"apply_visits": ["Sequential", "Linear", "ReLU"]}


@wrong("check_answer")
class ApplySkipsTheRoot:
    """apply calls the function on the module itself as well, not only on what is inside."""

    ANSWERS = reference.ANSWERS | {"apply_visits": ["Linear", "ReLU"]}


@wrong("check_answer")
class ApplyVisitsLayersWithParameters:
    """apply visits every module. Which of them have parameters is the function's business."""

    ANSWERS = reference.ANSWERS | {"apply_visits": ["Linear", "Sequential"]}


@wrong("check_answer")
class ZerosLearnEverywhere:
    """Where everything is zero, most gradients are a product with a zero factor: the activation below,
    or the weight above. Go through it layer by layer.
    """

    ANSWERS = reference.ANSWERS | {
        "zero_init_parameters_with_gradient": ["0.weight", "0.bias", "2.weight", "2.bias"]
    }


@wrong("check_answer")
class ZerosLearnInTheLastLayer:
    """The gradient of a weight is what comes back times the activation below. Here that activation is
    zero as well.
    """

    ANSWERS = reference.ANSWERS | {"zero_init_parameters_with_gradient": ["2.weight", "2.bias"]}


@wrong("check_answer")
class ZerosLearnNothing:
    """The logits do depend on one of the parameters without any factor in between."""

    ANSWERS = reference.ANSWERS | {"zero_init_parameters_with_gradient": []}


@wrong("check_answer")
class ZerosAreAlwaysDead:
    """That would need zeros below as well. Here the first layer is random, so there are activations to
    multiply with; starting a last layer at zero is even done on purpose.
    """

    ANSWERS = reference.ANSWERS | {"zero_last_layer_parameters_with_gradient": ["2.bias"]}


@wrong("check_answer")
class ZerosPassGradientsDown:
    """What comes back to the first layer is multiplied by the weights of the last one, and those are
    zero before the first step.
    """

    ANSWERS = reference.ANSWERS | {
        "zero_last_layer_parameters_with_gradient": ["0.weight", "0.bias", "2.weight", "2.bias"]
    }


@wrong("check_answer")
class DataBreaksTheSymmetry:
    """Units with equal weights see the same batch, give the same values and get the same gradient. Random
    data does not tell them apart; random weights do.
    """

    ANSWERS = reference.ANSWERS | {"constant_init_rows_stay_equal": False}


@wrong("check_answer")
class DefaultKeepsTheScale:
    """With variance 1 / (3 * fan_in), a linear layer keeps a third of the mean square and its ReLU half
    of that. Ten layers leave little but what the biases add.
    """

    ANSWERS = reference.ANSWERS | {"default_init_relu_stack_is_tiny": False}


@wrong("check_answer")
class XavierKeepsTheScaleOfReLU:
    """Xavier keeps the scale of a linear stack. A ReLU halves the mean square after every layer, and
    nothing in Xavier makes up for it.
    """

    ANSWERS = reference.ANSWERS | {"xavier_relu_stack_is_tiny": False}


@wrong("check_answer")
class KaimingLosesTheScale:
    """Kaiming's factor 2 is there to make up for the half that a ReLU throws away."""

    ANSWERS = reference.ANSWERS | {"kaiming_relu_stack_is_near_one": False}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"default_bias": 0.0}
