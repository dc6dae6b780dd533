from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class CreationCounts:
    """The counter counts writes after the tensor was made. Filling it at the start is not one of them."""

    ANSWERS = reference.ANSWERS | {
        "fresh_version": 1,
        "version_after_two_edits": 3,
        "version_after_writing_a_view": 2,
        "version_after_writing_a_detached_alias": 2,
    }


@wrong("check_answer")
class IndexAssignmentIsNotCounted:
    """Assigning to an index is a write in place too, although no method with an underscore is seen."""

    ANSWERS = reference.ANSWERS | {"version_after_two_edits": 1}


@wrong("check_answer")
class AliasesHaveTheirOwnCounter:
    """A view and a detached alias share their counter with the tensor that they came from, since they
    share its memory.
    """

    ANSWERS = reference.ANSWERS | {
        "version_after_writing_a_view": 0,
        "version_after_writing_a_detached_alias": 0,
    }


@wrong("check_answer")
class DataIsCounted:
    """.data shares the memory and not the counter. A write through it is seen by nobody, which is why
    detach is the one to use.
    """

    ANSWERS = reference.ANSWERS | {"version_after_data_edit": 1}


@wrong("check_answer")
class SavedMeansCopied:
    """autograd saves a reference to the tensor and not a copy of its values. If the counter does not
    give the edit away, the new values are used, and the gradient is wrong in silence.
    """

    ANSWERS = reference.ANSWERS | {"data_edit_before_backward": 6.0}


@wrong("check_answer")
class LeavesCanBeEdited:
    """A leaf that requires a gradient refuses every recorded write in place: it would be a result
    afterwards, and no leaf any more. Updates of weights happen where nothing is recorded.
    """

    ANSWERS = reference.ANSWERS | {"edit_a_leaf": None}


@wrong("check_answer")
class EveryEditRaises:
    """An edit between forward and backward is no error in itself. It is one where the edited tensor was
    saved for the backward; many derivatives do not need that tensor.
    """

    ANSWERS = reference.ANSWERS | {
        "edit_after_scaling_by_a_number": "RuntimeError",
        "edit_the_input_of_exp": "RuntimeError",
    }


@wrong("check_answer")
class ExpSavesItsInput:
    """exp is its own derivative, so its output is what is kept for the backward."""

    ANSWERS = reference.ANSWERS | {"edit_the_output_of_exp": None}


@wrong("check_answer")
class LinearSavesItsOutput:
    """The derivative of an affine map needs its input and its weight. Its output can be overwritten,
    as an in-place relu after a layer does.
    """

    ANSWERS = reference.ANSWERS | {"edit_the_output_of_linear": "RuntimeError"}


@wrong("check_answer")
class NoEditRaises:
    """The derivative of a square needs the value that was squared. That tensor was kept, and the edit
    moved its counter.
    """

    ANSWERS = reference.ANSWERS | {"edit_after_square": None}


@wrong("check_answer")
class NoGradHidesTheEdit:
    """no_grad stops the recording of the write, not its counting. The counter moves, and backward, which
    needs the old values, refuses.
    """

    ANSWERS = reference.ANSWERS | {"edit_a_parameter_under_no_grad_before_backward": None}


@wrong("check_answer")
class DetachHidesTheEdit:
    """A detached alias shares memory and counter with the original: unlike .data, it gives the edit
    away.
    """

    ANSWERS = reference.ANSWERS | {"detached_edit_before_backward": None}


@wrong("check_answer")
class StepIsNoEdit:
    """An optimizer changes its parameters in place. A graph that was kept across the step has saved the
    old ones.
    """

    ANSWERS = reference.ANSWERS | {"optimizer_step_between_two_backwards": None}


@wrong("check_answer")
class SkipPathSeesTheOldValues:
    """An operation in place changes the tensor for everyone who holds it. When the sum is formed, the
    skip path finds what relu has written.
    """

    ANSWERS = reference.ANSWERS | {"inplace_relu_on_the_skip_path": [-1.0, 4.0]}


@wrong("check_answer")
class AugmentedAssignmentMakesATensor:
    """For tensors y += 1 is a write in place. Both names stand for the one tensor that is changed."""

    ANSWERS = reference.ANSWERS | {"x_after_augmented_assignment": [1.0, 1.0]}


@wrong("check_answer")
class EveryAssignmentIsInPlace:
    """y + 1 makes a new tensor, and the assignment only gives it the name y."""

    ANSWERS = reference.ANSWERS | {"x_after_plain_assignment": [2.0, 2.0]}


@wrong("check_answer")
class RefusalIsAnotherException:
    """It is refused, but with the exception that torch raises for nearly everything."""

    ANSWERS = reference.ANSWERS | {"edit_a_leaf": "ValueError", "edit_after_square": "ValueError"}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"version_of_a_clone": 0}
