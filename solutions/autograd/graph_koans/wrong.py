from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class EverySecondBackwardRaises:
    """It is not the second call that is refused, but the use of something that was freed. A node that
    saved nothing has nothing to miss.
    """

    ANSWERS = reference.ANSWERS | {"second_backward_of_a_plain_sum": "RuntimeError"}


@wrong("check_answer")
class SecondBackwardDoubles:
    """The first backward frees what the nodes have saved, so a second one does not get through to
    double anything, unless the first was told to keep it.
    """

    ANSWERS = reference.ANSWERS | {"second_backward_of_a_square": None}


@wrong("check_answer")
class RetainedForGood:
    """retain_graph=True holds for the call that it is given to. The next call without it frees what was
    saved.
    """

    ANSWERS = reference.ANSWERS | {"third_backward_after_retaining_once": None}


@wrong("check_answer")
class SecondBackwardOverwrites:
    """Both calls get through, and each adds to .grad. The second does not replace the first."""

    ANSWERS = reference.ANSWERS | {"backward_twice_with_retain": 6.0}


@wrong("check_answer")
class HeadsAreSeparate:
    """The trunk belongs to both graphs. The first backward went through it and freed what its nodes had
    saved; the sum of both losses would have walked it once.
    """

    ANSWERS = reference.ANSWERS | {"two_heads_one_trunk": None}


@wrong("check_answer")
class LastHeadCounts:
    """Both heads send a gradient into the trunk, and the trunk gets their sum."""

    ANSWERS = reference.ANSWERS | {"sum_of_two_heads": [2.0, 2.0]}


@wrong("check_answer")
class HeadsAreAveraged:
    """Two losses that are added are weighted with one each: the contributions add, nothing is
    averaged.
    """

    ANSWERS = reference.ANSWERS | {"sum_of_two_heads": [1.5, 1.5]}


@wrong("check_answer")
class NodesWithoutNumbers:
    """The node's name ends in a number: one operation may have several formulas for its backward,
    and they are counted from 0.
    """

    ANSWERS = reference.ANSWERS | {
        "node_name": "MeanBackward",
        "parent_node_name": "MulBackward",
        "nodes_of_two_branches": ["ReluBackward", "TanhBackward"],
    }


@wrong("check_answer")
class FirstOperationIsOnTop:
    """grad_fn is the node of the last operation, the one that made the tensor. next_functions leads
    back from there towards the inputs.
    """

    ANSWERS = reference.ANSWERS | {"node_name": "MulBackward0", "parent_node_name": "MeanBackward0"}


@wrong("check_answer")
class NothingBehindALeaf:
    """The leaf's grad_fn is None, but the graph does not end before it: a node of its own takes in the
    gradient and adds it to .grad.
    """

    ANSWERS = reference.ANSWERS | {"leaf_node_name": "NoneType"}


@wrong("check_answer")
class ConstantsHaveNodes:
    """An operand that is not tracked has no .grad to be filled, so nothing stands behind it."""

    ANSWERS = reference.ANSWERS | {"constant_operand_has_no_node": False}


@wrong("check_answer")
class FirstCallFixesTheGraph:
    """Nothing is compiled at the first call. Each call records the operations that it runs, on
    whichever branch that is.
    """

    ANSWERS = reference.ANSWERS | {"nodes_of_two_branches": ["ReluBackward0", "ReluBackward0"]}


@wrong("check_answer")
class BothBranchesAreRecorded:
    """autograd does not see the if statement, only the operations that ran. The other branch left no
    trace; look at the sign of the input again.
    """

    ANSWERS = reference.ANSWERS | {"nodes_of_two_branches": ["TanhBackward0", "ReluBackward0"]}


@wrong("check_answer")
class LoopIsRecordedOnce:
    """Every pass through the loop records another operation. The graph is as long as the loop was."""

    ANSWERS = reference.ANSWERS | {"while_loop_gradient": 3.0}


@wrong("check_answer")
class LoopStopsBelowTheLimit:
    """The condition is tested before each pass, with the value from the pass before: the loop is left
    only after the limit was reached.
    """

    ANSWERS = reference.ANSWERS | {"while_loop_gradient": 81.0}


@wrong("check_answer")
class GradFillsDotGrad:
    """autograd.grad returns the gradients and leaves every .grad alone. That is the difference."""

    ANSWERS = reference.ANSWERS | {"dot_grad_after_autograd_grad_is_none": False}


@wrong("check_answer")
class UnreachableGetsZeros:
    """No way to an input is not a slope of zero. autograd.grad takes it for a mistake; allowed to pass
    it, it returns nothing rather than zeros, unless asked for them.
    """

    ANSWERS = reference.ANSWERS | {
        "grad_of_unreachable_input": None,
        "allow_unused_result_is_none": False,
    }


@wrong("check_answer")
class RefusalIsAnotherException:
    """It is refused, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {
        "second_backward_of_a_square": "ValueError",
        "grad_of_unreachable_input": "ValueError",
    }


@wrong("check_answer")
class FirstDerivativeAgain:
    """This is the first derivative. It was differentiated once more."""

    ANSWERS = reference.ANSWERS | {"second_derivative": 4.0}


@wrong("check_answer")
class GradientsHaveHistory:
    """The walk back is not recorded unless it is asked for: create_graph is what makes a gradient
    something that can be differentiated.
    """

    ANSWERS = reference.ANSWERS | {"first_derivative_requires_grad": True}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"third_derivative": 6.0}
