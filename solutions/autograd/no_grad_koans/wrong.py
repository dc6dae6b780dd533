from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class StillRecords:
    """Inside no_grad nothing is recorded: the result has the value and no history, whatever its inputs
    are. A decorated function runs inside such a block.
    """

    ANSWERS = reference.ANSWERS | {
        "result_in_no_grad": True,
        "grad_fn_in_no_grad_is_none": False,
        "decorated_function": True,
    }


@wrong("check_answer")
class NothingMadeInsideIsTracked:
    """no_grad is about recording operations. A tensor that is created with the flag keeps the flag, and
    so do the parameters of a module that is built inside.
    """

    ANSWERS = reference.ANSWERS | {
        "leaf_made_in_no_grad": False,
        "parameter_made_in_no_grad": False,
    }


@wrong("check_answer")
class OutermostBlockWins:
    """The blocks nest, and the innermost one decides: enable_grad is there to record inside no_grad."""

    ANSWERS = reference.ANSWERS | {"enable_grad_inside": False}


@wrong("check_answer")
class DetachCopies:
    """detach copies nothing. It is a second tensor on the same memory, without the history."""

    ANSWERS = reference.ANSWERS | {"detach_shares_memory": False}


@wrong("check_answer")
class DetachCutsTheOriginal:
    """detach returns a new tensor and leaves the one that it was called on in the graph."""

    ANSWERS = reference.ANSWERS | {"grad_after_detaching_a_result": [0.0, 0.0]}


@wrong("check_answer")
class NoGradFromTheOriginal:
    """detach returns a new tensor and leaves the one that it was called on in the graph; so there is
    a way back to x, and its .grad is filled.
    """

    ANSWERS = reference.ANSWERS | {"grad_after_detaching_a_result": None}


@wrong("check_answer")
class DetachedIsZero:
    """A detached tensor has no gradient, but it still has its value. The difference has to be computed
    with it before the square is differentiated.
    """

    ANSWERS = reference.ANSWERS | {
        "grad_with_detached_target": 56.0,
        "grad_with_its_own_detached_copy_as_target": 64.0,
    }


@wrong("check_answer")
class BothSidesAreDifferentiated:
    """The detached half is a constant. Its slope does not cancel that of the other half."""

    ANSWERS = reference.ANSWERS | {"grad_with_detached_target": 0.0}


@wrong("check_answer")
class StopsAtTheMiddle:
    """This is the gradient of b. The way goes on to a, which was multiplied to get there."""

    ANSWERS = reference.ANSWERS | {"grad_with_detached_target": -2.0}


@wrong("check_answer")
class ProvesThatTheGradientFlows:
    """The gradient does flow, but here it is multiplied by the difference between a tensor and its own
    value. As a demonstration of a detached target this shows nothing.
    """

    ANSWERS = reference.ANSWERS | {"grad_with_its_own_detached_copy_as_target": 4.0}


@wrong("check_answer")
class EvalStopsRecording:
    """eval only tells the layers their mode, which dropout and batch norm look at. It neither stops the
    recording nor changes a flag; evaluation without no_grad still builds a graph.
    """

    ANSWERS = reference.ANSWERS | {
        "output_requires_grad_in_eval": False,
        "weight_requires_grad_after_eval": False,
    }


@wrong("check_answer")
class InferenceModeIsNoGrad:
    """inference_mode is more than a faster no_grad. Its tensors have no version counter, so they cannot
    be saved for a backward or be written to outside, even though nobody asks for their gradient.
    """

    ANSWERS = reference.ANSWERS | {
        "inference_result_in_a_product": None,
        "inference_tensor_written_outside": None,
        "inference_tensor_version": None,
    }


@wrong("check_answer")
class MarkEndsWithTheBlock:
    """The mark stays on the tensor when the block is left; that is what the trouble later comes from."""

    ANSWERS = reference.ANSWERS | {"is_inference_flag": False}


@wrong("check_answer")
class NoGradResultsAreMarkedToo:
    """What comes out of no_grad is an ordinary constant. It can be saved for a backward like any other
    tensor; that is how features of a frozen network are used.
    """

    ANSWERS = reference.ANSWERS | {"no_grad_result_in_a_product": "RuntimeError"}


@wrong("check_answer")
class ClonesInheritTheMark:
    """What counts is where a tensor was made. A clone that is made outside is an ordinary tensor."""

    ANSWERS = reference.ANSWERS | {"clone_of_inference_result_in_a_product": "RuntimeError"}


@wrong("check_answer")
class BackwardNeedsRecording:
    """backward walks a graph that is already there. It records nothing itself unless it is asked to, so
    the mode at that moment makes no difference.
    """

    ANSWERS = reference.ANSWERS | {"backward_inside_no_grad": None}


@wrong("check_answer")
class BackwardGivesZerosInside:
    """The graph was recorded before the block, and walking it inside gives the same numbers."""

    ANSWERS = reference.ANSWERS | {"backward_inside_no_grad": [0.0, 0.0]}


@wrong("check_answer")
class NoGradHidesTheWrite:
    """no_grad allows the write in place, and does not hide it: the version counter moves as always, so
    that a backward that needs the old values can refuse.
    """

    ANSWERS = reference.ANSWERS | {"inplace_on_leaf_in_no_grad": ([2.0, 2.0], True, 0)}


@wrong("check_answer")
class NoGradClearsTheFlag:
    """Writing to a leaf inside no_grad changes its values and its version, not its flag. An optimizer
    does so at every step.
    """

    ANSWERS = reference.ANSWERS | {"inplace_on_leaf_in_no_grad": ([2.0, 2.0], False, 1)}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"result_in_inference_mode": False}
