from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class LeavesNeedTheFlag:
    """A leaf is not a tensor that was created with requires_grad=True. Being a leaf says that no
    recorded operation made the tensor, and that holds for everything that is not tracked at all.
    """

    ANSWERS = reference.ANSWERS | {
        "created_without_flag_is_leaf": False,
        "untracked_result_is_leaf": False,
    }


@wrong("check_answer")
class CopiesStayLeaves:
    """A cast and a clone are recorded operations: the copy has a grad_fn, and the gradient goes on to
    the tensor that was copied. So the flag has to be set after the cast, not before.
    """

    ANSWERS = reference.ANSWERS | {"cast_leaf_is_leaf": True, "clone_is_leaf": True}


@wrong("check_answer")
class ToAlwaysCopies:
    """to returns the tensor itself when dtype and device are already as wanted: nothing is recorded."""

    ANSWERS = reference.ANSWERS | {"same_dtype_to_is_leaf": False}


@wrong("check_answer")
class TrackedMeansLeaf:
    """A result that requires a gradient inherited that from its inputs. It has a grad_fn, which is
    just what a leaf does not have.
    """

    ANSWERS = reference.ANSWERS | {"tracked_result_is_leaf": True}


@wrong("check_answer")
class FlagIsNotInherited:
    """A result requires a gradient as soon as one of its inputs does; only so can the gradient get
    back to that input.
    """

    ANSWERS = reference.ANSWERS | {"result_requires_grad": False}


@wrong("check_answer")
class NodeWithoutANumber:
    """The node's name ends in a number: one operation may have several formulas for its backward,
    and they are counted from 0.
    """

    ANSWERS = reference.ANSWERS | {"result_grad_fn_name": "MulBackward"}


@wrong("check_answer")
class LeafHasAGradFn:
    """grad_fn is the operation that made the tensor. Gradients arrive at a leaf through a node that
    belongs to the graph, but the leaf itself was made by none.
    """

    ANSWERS = reference.ANSWERS | {"leaf_grad_fn_is_none": False}


@wrong("check_answer")
class ParametersAreResults:
    """A layer fills its weights with random numbers where autograd does not look, and a Parameter is
    made without a history. Only leaves can be given to an optimizer.
    """

    ANSWERS = reference.ANSWERS | {"parameter_is_leaf": False}


@wrong("check_answer")
class CastingAModuleIsCastingATensor:
    """A module that is cast exchanges the data inside its parameters and keeps the Parameter objects.
    No operation on a tracked tensor is recorded.
    """

    ANSWERS = reference.ANSWERS | {"module_double_keeps_leaf": False}


@wrong("check_answer")
class DetachedTensorsAreNoLeaves:
    """detach gives a tensor without history. Asking for a gradient afterwards starts a new graph at
    that tensor.
    """

    ANSWERS = reference.ANSWERS | {"detach_then_require_is_leaf": False}


@wrong("check_answer")
class EveryTrackedTensorHasAGrad:
    """Gradients of results are passed on and dropped. Only leaves keep theirs, unless a result was
    told to with retain_grad before the backward.
    """

    ANSWERS = reference.ANSWERS | {"grad_of_non_leaf_is_none": False}


@wrong("check_answer")
class IntegersHaveGradients:
    """A derivative needs numbers that can move by a little. Whole numbers cannot, and torch says so
    when they are asked to require a gradient.
    """

    ANSWERS = reference.ANSWERS | {"integers_require_grad": None}


@wrong("check_answer")
class OnlyRealNumbersHaveGradients:
    """Complex numbers are floating too: torch differentiates with respect to both of their parts."""

    ANSWERS = reference.ANSWERS | {"complex_require_grad": "RuntimeError"}


@wrong("check_answer")
class ArgmaxIsDifferentiated:
    """argmax returns an index, a whole number. There is nothing to differentiate, and the history ends
    without a word.
    """

    ANSWERS = reference.ANSWERS | {"argmax_result_requires_grad": True}


@wrong("check_answer")
class ComparisonsAreDifferentiated:
    """A comparison returns truth values, which have no gradient. A loss that counts hits with a
    comparison trains nothing.
    """

    ANSWERS = reference.ANSWERS | {"comparison_requires_grad": True}


@wrong("check_answer")
class FlagOfAResultCanBeChanged:
    """Whether a result is tracked follows from its inputs and cannot be switched off on it
    afterwards; detach gives a tensor that is not tracked.
    """

    ANSWERS = reference.ANSWERS | {"change_flag_of_non_leaf": None}


@wrong("check_answer")
class OptimizersTakeResults:
    """An optimizer changes tensors in place and reads their .grad. For a result that .grad stays
    empty, so it is refused at once.
    """

    ANSWERS = reference.ANSWERS | {"optimizer_over_non_leaf": None}


@wrong("check_answer")
class EveryRefusalIsARuntimeError:
    """It is refused, but not with torch's usual exception: the optimizer is written in Python, and what
    it got has the right type and a value that does not do.
    """

    ANSWERS = reference.ANSWERS | {"optimizer_over_non_leaf": "RuntimeError"}


@wrong("check_answer")
class TrackedTensorsRefuseWithTypeErrors:
    """torch refuses, but with the exception that it raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {
        "integers_require_grad": "TypeError",
        "change_flag_of_non_leaf": "ValueError",
    }


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"leaf_made_with_flag": True}
