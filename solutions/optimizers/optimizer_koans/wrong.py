from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class ClimbsInstead:
    """This goes up the slope. A step goes against the gradient: it is subtracted."""

    ANSWERS = reference.ANSWERS | {
        "sgd_step": 1.3,
        "nesterov_first_step": 1.9,
        "adam_first_step": [0.1, 0.1],
        "momentum_second_step": 2.9,
    }


@wrong("check_answer")
class TheWholeGradient:
    """This subtracts the gradient itself. It is multiplied by the learning rate first."""

    ANSWERS = reference.ANSWERS | {"sgd_step": -2.0}


@wrong("check_answer")
class DecaysWithoutGradient:
    """The decay is applied although there is no gradient. A parameter whose .grad is None is left out
    of the step altogether, decay included.
    """

    ANSWERS = reference.ANSWERS | {"step_without_backward": 0.95}


@wrong("check_answer")
class ZeroGradFillsWithZeros:
    """zero_grad no longer writes zeros, in spite of its name: since torch 2.0 it lets the gradient go
    altogether, unless it is asked for zeros.
    """

    ANSWERS = reference.ANSWERS | {"zero_grad_leaves": 0.0}


@wrong("check_answer")
class ZeroGradientMeansNoStep:
    """A gradient of zero is a gradient. The parameter takes part in the step, and the decay is added to
    that zero.
    """

    ANSWERS = reference.ANSWERS | {"zero_grad_to_zeros_then_decay": 1.0}


@wrong("check_answer")
class DecayWithoutLearningRate:
    """The decay is part of the gradient of SGD, so it is multiplied by the learning rate as well."""

    ANSWERS = reference.ANSWERS | {"zero_grad_to_zeros_then_decay": 0.5}


@wrong("check_answer")
class StepClearsTheGradient:
    """Neither backward nor step clears .grad, and backward adds to what is there: the second step uses
    both gradients.
    """

    ANSWERS = reference.ANSWERS | {"forgotten_zero_grad": 0.4}


@wrong("check_answer")
class MomentumAverages:
    """This treats the velocity as a moving average, in which the new gradient counts a tenth. In SGD
    the velocity is multiplied by the momentum, and the whole gradient is added.
    """

    ANSWERS = reference.ANSWERS | {
        "momentum_second_step": -0.29,
        "nesterov_first_step": -0.19,
    }


@wrong("check_answer")
class MomentumForgets:
    """This is two steps without momentum. The second one also contains nine tenths of the first."""

    ANSWERS = reference.ANSWERS | {"momentum_second_step": -2.0}


@wrong("check_answer")
class OnlyTheVelocityOfTheSecondStep:
    """This is the second step alone. The first one has moved the weight as well."""

    ANSWERS = reference.ANSWERS | {"momentum_second_step": -1.9}


@wrong("check_answer")
class MomentumIsNesterov:
    """This is the first step with classical momentum, or the two taken for the same thing. Nesterov
    looks ahead: it adds momentum times the new velocity to the gradient, in the first step already.
    """

    ANSWERS = reference.ANSWERS | {"nesterov_first_step": -1.0}


@wrong("check_answer")
class ClassicalIsNesterov:
    """These are the steps with Nesterov momentum. That needs its own flag; momentum=0.9 alone is the
    classical form.
    """

    ANSWERS = reference.ANSWERS | {"momentum_second_step": -4.61}


@wrong("check_answer")
class AdamFollowsTheGradient:
    """Adam divides by the root of the squared gradients' average. In the first step that is the size
    of the gradient itself, and what is left is the learning rate with a sign.
    """

    ANSWERS = reference.ANSWERS | {"adam_first_step": [-0.1, -100.0]}


@wrong("check_answer")
class AdamWithoutCorrection:
    """This is the first step without bias correction. Both averages start at zero, and Adam corrects
    for that, so the first step is neither too small nor too large.
    """

    ANSWERS = reference.ANSWERS | {"adam_first_step": [-0.3162, -0.3162]}


@wrong("check_answer")
class AdamDecaysTheWeight:
    """This shrinks the weight by lr times the decay, beside the step. Adam adds the decay to the
    gradient, and the sum is divided by its own size, however huge the decay is.
    """

    ANSWERS = reference.ANSWERS | {"adam_with_huge_weight_decay_first_step": -9.1}


@wrong("check_answer")
class AdamStepGrowsWithTheDecay:
    """The decay makes the gradient a hundred times as large, but not the step: Adam divides by the size
    of what it averages, and the decay is part of that.
    """

    ANSWERS = reference.ANSWERS | {"adam_with_huge_weight_decay_first_step": -9.0001}


@wrong("check_answer")
class AdamWDecaysThroughTheGradient:
    """This is what Adam does: the decay disappears in the normalised step. AdamW takes it off the
    weight directly, lr times the decay, and takes the step as well.
    """

    ANSWERS = reference.ANSWERS | {"adamw_with_the_same_decay": 0.999}


@wrong("check_answer")
class AdamWDecaysWithoutLearningRate:
    """The decay is multiplied by the learning rate. AdamW in torch keeps it away from the gradient, but
    not from lr: a schedule changes both.
    """

    ANSWERS = reference.ANSWERS | {"adamw_with_the_same_decay": -99.001}


@wrong("check_answer")
class OnlyTheDecay:
    """The step of the gradient is missing: besides the decay AdamW moves the weight by lr."""

    ANSWERS = reference.ANSWERS | {"adamw_with_the_same_decay": 0.9}


@wrong("check_answer")
class AdamWIsTheL2Penalty:
    """It is the other way round. A penalty in the loss has a gradient, which Adam averages and divides
    like the rest; weight_decay of Adam does just that. AdamW keeps the decay out of it.
    """

    ANSWERS = reference.ANSWERS | {
        "adam_decay_equals_l2_penalty": False,
        "adamw_decay_equals_l2_penalty": True,
    }


@wrong("check_answer")
class AdamWDoesNotDecayByDefault:
    """The default of AdamW is not that of the other optimizers: whoever does not mention weight_decay
    decays all the same, a little.
    """

    ANSWERS = reference.ANSWERS | {"adamw_default_decay": 0}


@wrong("check_answer")
class AdamDecaysByDefault:
    """Only AdamW decays without being asked to. Adam, like SGD, does not."""

    ANSWERS = reference.ANSWERS | {"adam_default_decay": 0.01}


@wrong("check_answer")
class TheFlagProtects:
    """The flag is read by autograd and not by the optimizer. The gradient that is still there is used,
    whatever the flag says now.
    """

    ANSWERS = reference.ANSWERS | {"step_after_turning_the_flag_off": 1.0}


@wrong("check_answer")
class OneRateForAll:
    """Each group has its own settings. The arguments besides are the defaults, for groups that do not
    bring the setting themselves.
    """

    ANSWERS = reference.ANSWERS | {"group_learning_rates": [0.1, 0.1]}


@wrong("check_answer")
class RatesAreFactors:
    """The rate of a group replaces the default. It is not a factor of it."""

    ANSWERS = reference.ANSWERS | {"group_learning_rates": [0.05, 0.1]}


@wrong("check_answer")
class GroupsMayOverlap:
    """A parameter in two groups would be moved twice in each step. The constructor refuses it."""

    ANSWERS = reference.ANSWERS | {"parameter_in_two_groups": None}


@wrong("check_answer")
class EveryTensorCanBeOptimized:
    """The result of an operation is no leaf: it is computed anew in every forward pass, and backward
    leaves no gradient on it. The constructor refuses it.
    """

    ANSWERS = reference.ANSWERS | {"result_of_an_operation": None}


@wrong("check_answer")
class NothingToOptimizeIsFine:
    """An optimizer without parameters is nearly always a mistake, such as a generator that has been
    used up. The constructor refuses it.
    """

    ANSWERS = reference.ANSWERS | {"empty_parameter_list": None}


@wrong("check_answer")
class RefusedWithRuntimeError:
    """It does raise, but the constructor checks its arguments in Python, and says which value is bad
    with Python's own exception.
    """

    ANSWERS = reference.ANSWERS | {
        "parameter_in_two_groups": "RuntimeError",
        "result_of_an_operation": "RuntimeError",
        "empty_parameter_list": "RuntimeError",
        "lbfgs_without_closure": "RuntimeError",
    }


@wrong("check_answer")
class SgdNeedsARate:
    """The learning rate of SGD was required for a long time. It has a default by now."""

    ANSWERS = reference.ANSWERS | {"sgd_without_lr": "TypeError"}


@wrong("check_answer")
class SgdNeedsARateByValue:
    """There is no error: the learning rate of SGD has a default by now, and nothing has to be checked."""

    ANSWERS = reference.ANSWERS | {"sgd_without_lr": "ValueError"}


@wrong("check_answer")
class EveryStepWorksAlone:
    """LBFGS evaluates the loss several times within one step. It has to be given a function that does
    so, and without it the call lacks an argument.
    """

    ANSWERS = reference.ANSWERS | {"lbfgs_without_closure": None}


@wrong("check_answer")
class StateFromTheStart:
    """The state is made when it is first needed, in the first step of each parameter. Until then there
    is none.
    """

    ANSWERS = reference.ANSWERS | {"state_before_first_step": 1}


@wrong("check_answer")
class CountsTheAverages:
    """This counts what Adam remembers for a parameter. The state has one entry for each parameter, and
    these are made when they are first needed.
    """

    ANSWERS = reference.ANSWERS | {"state_before_first_step": 3}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"sgd_first_step": 0.7}
