"""What an exception, a stop or a difference means, in the learner's terms.

Each has its own sentence; frames are the learner's own only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pytest_torchkata.checks import TIME
from pytest_torchkata.kata import Difference, Frame, Kata, Observations, Raised, Step, Stopped

__all__ = [
    "again", "cause", "is_to_do", "late", "place", "precision", "run", "shown", "unanswered", "unseen",
]  # fmt: skip

_NO_GRAPH = "does not require grad and does not have a grad_fn"
_SIGNATURE = re.compile(r"\(\) (missing|takes|got) ")  # of Python; torch writes "f(): argument ..."
_RAISE = re.compile(r"\braise\b")
_EXITS = ("SystemExit", "KeyboardInterrupt", "GeneratorExit")
_MESSAGE_LINES = 6
_LINE = 90


def shown(path: Path) -> str:
    """Return a path as the terminal's user would type it."""
    return os.path.relpath(path)


def run(run: Raised | Stopped, kata: Kata) -> tuple[str, ...]:
    """Explain a run that did not reach its end."""
    file = shown(kata.stub)
    return tuple(_raised(run, file) if isinstance(run, Raised) else _stopped(run, file))


def is_to_do(run: Raised | Stopped) -> bool:
    """Return whether the answer says of itself that it is not written yet."""
    if not isinstance(run, Raised) or "NotImplementedError" not in run.bases or not run.frames:
        return False
    # torch raises it as well, of an operation that it does not have for a dtype.
    return bool(_RAISE.search(run.frames[-1].text))


def cause(run: Raised | Stopped) -> str:
    """Return the kind of failure: the file itself, an exception, or a stop."""
    if isinstance(run, Stopped):
        return "stop"
    return "source" if run.where == "load" else "exception"


def unanswered(names: Sequence[str]) -> tuple[str, ...]:
    """Say which questions of a predict kata are open."""
    noun = "question is" if len(names) == 1 else "questions are"
    return (f"{len(names)} {noun} not answered yet: {', '.join(names)}",)


def again(differences: Sequence[Difference]) -> tuple[str, ...]:
    """Say what differs when the same is done once more."""
    lines = ["The first time it is right. Called again with the same inputs, in the same process, it is not:"]
    lines += [f"{each.name}   {each.text}" for each in differences[:3]]
    return (
        *lines,
        "Look for what is kept between calls: a global, a default argument, an attribute, a cache.",
    )


def place(steps: Sequence[Step], differences: Sequence[Difference]) -> Frame | None:
    """Return where in the learner's code the first difference most directly comes from.

    That is the last return to the check: of backward for a gradient, of anything but backward and
    constructors otherwise.
    """
    is_gradient = bool(differences) and "grad" in differences[0].name
    backward = [step.frame for step in steps if step.frame.function == "backward"]
    if is_gradient and backward:
        return backward[-1]
    others = [s.frame for s in steps if s.frame.function not in ("backward", "__init__", "<module>")]
    return others[-1] if others else None


def precision(differences: Sequence[Difference], settings: Sequence[str]) -> tuple[str, ...]:
    """Say that values differ after the answer has changed how float32 numbers are multiplied."""
    if not settings or any(each.aspect != "value" for each in differences):
        return ()
    return (
        "",
        f"Your code changed {settings[0]}. With TF32 products and",
        "convolutions of float32 keep ten bits, some 1e-3 of a value; float32 is compared.",
    )


def unseen(values: Observations, laps: Mapping[str, float]) -> tuple[str, ...]:
    """Say that a time measured on a device cannot be, if our own clock tells of another one."""
    claimed = values.get(TIME)
    if not isinstance(claimed, float) or not laps.get("baseline"):
        return ()
    passed = laps.get("yours", float("inf")) / laps["baseline"]
    if passed <= _DOUBT * max(claimed, _LEAST):
        return ()
    return (
        f"By the device's events it takes {claimed:.3g} times as long as the baseline,",
        f"and {passed:.3g} times as long until the device has nothing left to do.",
        "Does some of the work go on where no event sees it, such as on another stream?",
    )


_DOUBT = 3.0
"""How far the two may be apart: the second has the time in it that Python takes to launch a kernel."""
_LEAST = 0.2


def late(*, is_placed: bool) -> tuple[str, ...]:
    """Say what a place in the code means where a device finds out later than the program goes on."""
    if is_placed:
        return (
            "",
            "The line is from a second run, which waited for each kernel (CUDA_LAUNCH_BLOCKING=1).",
        )
    return ("", "Kernels run behind the program: it may have been launched before any line named here.")


# Exceptions ---------------------------------------------------------------------------------------


def _raised(run: Raised, file: str) -> Iterator[str]:
    if is_to_do(run):
        last = run.frames[-1]
        what = "This" if last.function == "<module>" else last.function
        yield f"{what} is not written yet ({file}:{last.line})."
    elif run.type == "MissingName":
        yield f"{file}: {_first(run)}"
    elif "SyntaxError" in run.bases:
        line = run.frames[-1] if run.frames else Frame(0, "")
        at = f"{file}:{line.line}" if line.line else file
        yield f"{at} is not valid Python: {_first(run)}"
        yield from _code(line)
    elif run.type in _EXITS:
        yield f"Your code raised {run.type}, which ends a program; a kata's code returns or raises an error."
        yield from _frames(run.frames, file)
    elif run.type == "BdbQuit":
        yield "A breakpoint stopped your code in a process where nobody can type. Run pytest with --pdb."
        yield from _frames(run.frames, file)
    elif run.where == "load":
        yield from _load_error(run, file)
    elif run.where == "subject":
        yield from _message(run)
        yield from _frames(run.frames, file)
    else:
        yield from _in_check(run, file)


def _load_error(run: Raised, file: str) -> Iterator[str]:
    if "ImportError" in run.bases:
        yield f"An import fails: {_first(run)}"
    elif "OSError" in run.bases and not run.frames:
        yield f"{file} cannot be read: {_first(run)}"
    else:
        yield "The file cannot be loaded:"
        yield from _message(run)
    yield from _frames(run.frames, file)


def _in_check(run: Raised, file: str) -> Iterator[str]:
    """Explain an exception that the check met with what the answer gave it."""
    last = _last_return(run.steps)
    came = f"{last.frame.function} ({file}:{last.frame.line})" if last else "your code"
    if run.type == "TypeError" and _SIGNATURE.search(run.message):
        yield "It cannot be called as the statement says:"
        yield from _message(run)
    elif last and last.returned == "None":
        yield f"{came} returned None. Is a return missing?"
    elif _NO_GRAPH in run.message:
        yield f"No gradient can flow: what {came} returned carries no graph."
        yield "Look for detach, no_grad, .data, .item(), or a new tensor made from numbers."
    else:
        yield "The check could not go on with what it got:"
        yield from _message(run)
        if last:
            yield f"The last thing it got: {last.returned}, from {came}."


def _last_return(steps: Sequence[Step]) -> Step | None:
    # A constructor returns None by nature.
    relevant = [step for step in steps if step.frame.function not in ("__init__", "<module>")]
    return relevant[-1] if relevant else None


def _first(run: Raised) -> str:
    return (run.message.splitlines() or [""])[0]


def _message(run: Raised) -> Iterator[str]:
    lines = run.message.strip().splitlines() or [""]
    if run.late:  # the rest is advice that we follow ourselves
        lines = lines[:1]
    yield f"{run.type}: {lines[0]}" if lines[0] else run.type
    yield from lines[1:_MESSAGE_LINES]
    if len(lines) > _MESSAGE_LINES:
        yield "..."


def _frames(frames: Sequence[Frame], file: str) -> Iterator[str]:
    for frame in frames[-5:]:
        yield f"{file}:{frame.line} in {frame.function}"
        yield from _code(frame)


def _code(frame: Frame) -> Iterator[str]:
    text = frame.text.strip()
    if text:
        yield f"    {text if len(text) <= _LINE else text[: _LINE - 1] + '…'}"


# Stops --------------------------------------------------------------------------------------------


def _stopped(run: Stopped, file: str) -> Iterator[str]:
    at = [f"It was at {file}:{run.frames[-1].line} in {run.frames[-1].function}."] if run.frames else []
    if run.why == "time":
        yield f"Stopped after {run.detail}: it was still running. Is there a loop that does not end?"
    elif run.why == "memory":
        yield "Stopped for lack of memory. Is there a tensor much larger than the problem asks for?"
        if run.detail:
            yield run.detail.splitlines()[0]
    elif run.why == "signal":
        yield f"The process that ran your code crashed ({run.detail})."
        if run.detail == "SIGKILL":
            yield "It did so again when it was tried again. Did it kill itself, or is the memory full?"
    elif run.why == "exit":
        yield f"Your code ended its process ({run.detail}) instead of returning."
    elif run.why == "broken":
        yield "The process that ran your code could not go on: something that it needs itself was changed."
    elif run.why == "replaced":
        yield f"Your code replaced {run.detail}, and left it so. That is not an answer's to change."
    elif run.why == "limit":
        yield f"Stopped: it took {run.detail}."
    elif run.why == "refused":
        yield f"Stopped: your code tried to {run.detail}. No answer may do that."
    else:
        yield "What the process that ran your code sent could not be read, so it does not count."
    yield from at
