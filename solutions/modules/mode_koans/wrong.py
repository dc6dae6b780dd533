from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class FreshModulesEvaluate:
    """A module is born ready to be trained. Whoever wants to evaluate has to say so."""

    ANSWERS = reference.ANSWERS | {"fresh_module_is_training": False}


@wrong("check_answer")
class OneLevelDeep:
    """The mode is set for the module, its children, their children, and so on."""

    ANSWERS = reference.ANSWERS | {"grandchild_training_after_eval": True}


@wrong("check_answer")
class TrainReturnsNothing:
    """train and eval return the module, so that calls can be chained; model = Net().eval() depends on it."""

    ANSWERS = reference.ANSWERS | {"train_returns_itself": False}


@wrong("check_answer")
class ChildrenAdoptTheMode:
    """eval() sets the flag of the submodules that are there when it is called. One that is added later
    brings its own.
    """

    ANSWERS = reference.ANSWERS | {"child_added_after_eval": False}


@wrong("check_answer")
class EvalIsScaled:
    """The original paper scales at test time. torch scales the survivors during training instead, so that
    eval has nothing to do.
    """

    ANSWERS = reference.ANSWERS | {
        "dropout_in_eval": [0.5, 0.5, 0.5],
        "dropout_survivor_value": 1.0,
    }


@wrong("check_answer")
class EvalIsScaledUp:
    """The survivors are scaled up where something is dropped. In eval mode nothing is."""

    ANSWERS = reference.ANSWERS | {"dropout_in_eval": [2.0, 2.0, 2.0]}


@wrong("check_answer")
class SurvivorsShrink:
    """What is left must make up for what is gone, so that the expected value stays: survivors grow."""

    ANSWERS = reference.ANSWERS | {"dropout_survivor_value": 0.5}


@wrong("check_answer")
class POneIsNotANumber:
    """The survivors would be divided by zero, but there are none: torch treats this rate separately."""

    ANSWERS = reference.ANSWERS | {"dropout_with_p_one": [float("nan")] * 3}


@wrong("check_answer")
class POneKeeps:
    """p is the probability of dropping an element, not of keeping it."""

    ANSWERS = reference.ANSWERS | {"dropout_with_p_one": [1.0, 1.0, 1.0]}


@wrong("check_answer")
class FunctionKnowsTheMode:
    """A function has no mode. F.dropout has an argument training, and its default is True."""

    ANSWERS = reference.ANSWERS | {"functional_dropout_zeroes_something": False}


@wrong("check_answer")
class LayerNormHasAMode:
    """Layer norm uses the statistics of each sample, in training and afterwards. It keeps no running
    statistics, so the mode changes nothing.
    """

    ANSWERS = reference.ANSWERS | {"layer_norm_depends_on_mode": True}


@wrong("check_answer")
class EvalUsesTheBatch:
    """In eval mode the batch does not matter: the running statistics are used, and they start at mean 0 and
    variance 1.
    """

    ANSWERS = reference.ANSWERS | {"fresh_batch_norm_eval_is_nearly_identity": False}


@wrong("check_answer")
class OneRowIsEnough:
    """One row gives one value per channel. It has no spread, every output would be zero, so training mode
    refuses it.
    """

    ANSWERS = reference.ANSWERS | {"batch_norm_train_single_row": None}


@wrong("check_answer")
class OneRowIsARuntimeError:
    """It is refused, but before any computing starts, by a look at the shape of the argument."""

    ANSWERS = reference.ANSWERS | {"batch_norm_train_single_row": "RuntimeError"}


@wrong("check_answer")
class OnlyOverTheBatch:
    """For images the statistics of a channel are taken over the batch and over all its pixels. One image
    has enough of those.
    """

    ANSWERS = reference.ANSWERS | {"batch_norm_train_single_image": "ValueError"}


@wrong("check_answer")
class MomentumKeepsTheOld:
    """In an optimizer momentum is what is kept. Here it is the share of the new value."""

    ANSWERS = reference.ANSWERS | {
        "batch_norm_running_mean_after_one_batch": 9.0,
        "batch_norm_running_var_after_one_batch": 180.1,
    }


@wrong("check_answer")
class RunningMeansTheLast:
    """The running statistics are an average over many batches, not those of the last one."""

    ANSWERS = reference.ANSWERS | {
        "batch_norm_running_mean_after_one_batch": 10.0,
        "batch_norm_running_var_after_one_batch": 200.0,
    }


@wrong("check_answer")
class StatisticsMoveInEvalOnly:
    """It is the forward pass in training mode that moves them, and a fresh layer is in that mode."""

    ANSWERS = reference.ANSWERS | {
        "batch_norm_running_mean_after_one_batch": 0.0,
        "batch_norm_running_var_after_one_batch": 1.0,
    }


@wrong("check_answer")
class RunningVarIsBiased:
    """The batch is normalised with the variance that divides by n, but the running statistic gets the one
    that divides by n - 1.
    """

    ANSWERS = reference.ANSWERS | {"batch_norm_running_var_after_one_batch": 10.9}


@wrong("check_answer")
class RunningVarStartsAtZero:
    """The running variance starts where it changes nothing, and for a variance that is not zero."""

    ANSWERS = reference.ANSWERS | {"batch_norm_running_var_after_one_batch": 20.0}


@wrong("check_answer")
class NoGradStopsStatistics:
    """no_grad stops the recording of a graph. The running statistics are not part of one; they move with
    every forward pass in training mode.
    """

    ANSWERS = reference.ANSWERS | {"batches_counted_under_no_grad": 0}


@wrong("check_answer")
class FreezingStopsStatistics:
    """requires_grad_(False) keeps an optimizer from changing the parameters. Running statistics are
    buffers, and no optimizer moves them in the first place: the forward pass does.
    """

    ANSWERS = reference.ANSWERS | {"batches_counted_by_frozen_batch_norm": 0}


@wrong("check_answer")
class NormsTheOtherWay:
    """Batch norm looks at one channel across the samples, layer norm at one sample across its features."""

    ANSWERS = reference.ANSWERS | {
        "batch_norm_columns_have_zero_mean": False,
        "layer_norm_rows_have_zero_mean": False,
    }


@wrong("check_answer")
class EvalFreezes:
    """eval() sets a flag on modules. Parameters keep theirs, and gradients are recorded as before."""

    ANSWERS = reference.ANSWERS | {"requires_grad_after_eval": False}


@wrong("check_answer")
class CallMakesTheGraph:
    """The graph is recorded by the operations, whoever calls them. __call__ adds the hooks, not autograd."""

    ANSWERS = reference.ANSWERS | {"forward_itself_records_a_graph": False}


@wrong("check_answer")
class ForwardRunsHooks:
    """Hooks are run by __call__. forward is only the method that you wrote, and a hook that has been
    removed is not run at all.
    """

    ANSWERS = reference.ANSWERS | {"hook_calls": 2}


@wrong("check_answer")
class HooksStay:
    """Not every one of these three lines runs the hook. Which of them goes past __call__, and what does
    handle.remove() do?
    """

    ANSWERS = reference.ANSWERS | {"hook_calls": 3}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"fresh_module_training": True}
