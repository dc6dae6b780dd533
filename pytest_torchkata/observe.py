"""One run of a check on a subject, inside a child: load, call, and say what was seen.

Nothing here judges. What this module sends is advice until the deciding process has compared it.
"""

from __future__ import annotations

import contextlib
import doctest
import functools
import importlib
import os
import random
import shutil
import sys
import time
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_torchkata import catalogue, context, reflexes, rules
from pytest_torchkata.checks import Given
from pytest_torchkata.kata import EXAMPLES, SCAN, Frame, Job, Step

__all__ = ["empty", "examples", "is_subjects", "nothing", "observe", "prepare", "scan"]

PACKAGE = "_kata"
_MESSAGE = 2000
_STEPS = 50
_REPETITIONS = 8
_REPEATING = 0.02
"""Seconds that repetitions may take, if there is to be more than one."""


def prepare(job: Job) -> None:
    """Read what a job needs of its kata's solution, while that can still be read."""
    _api(job)
    if job.check not in (SCAN, EXAMPLES):
        _mount(job)
        _checks(job)


def is_subjects(job: Job) -> Callable[[str], bool]:
    """Return what tells the files whose code is the subject's, or its helpers'."""
    return _Subject(job).includes


def scan(job: Job) -> dict[str, Any]:
    """Look for forbidden names in the source of the subject, without running it."""
    path = _Subject(job).files[0]
    values = {"names that torch does not have": list(rules.unknown(job.forbidden))}
    try:
        source = path.read_bytes()
    except OSError:  # whoever loads it says what is wrong with it
        source = b""
    found = [*rules.scan(source, str(path), job.forbidden)]
    if job.subject.source == "answer":
        found += rules.internals(source, str(path))
    return {"kind": "observed", "values": values, **_EMPTY, "broken": [vars(rule) for rule in found]}


def examples(job: Job) -> dict[str, Any]:
    """Run the examples in a docstring on the subject, and return what doctest says of them."""
    said: list[str] = []
    subject = _Subject(job)
    try:
        space = {"torch": importlib.import_module("torch"), **vars(subject.load())}
        test = doctest.DocTestParser().get_doctest(job.arguments["text"], space, "example", None, 0)
    except BaseException as error:
        return {**_EMPTY, **_describe_exception(error, subject)}
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
        test, out=said.append
    )
    return {"kind": "observed", "values": {"failures": "".join(said)}, **_EMPTY}


def nothing(job: Job) -> dict[str, Any]:
    """See nothing of the subject."""
    return {"kind": "observed", "values": {}, **_EMPTY}


_EMPTY: dict[str, Any] = {"seconds": 0.0, "applied": True, "steps": [], "broken": []}


def observe(job: Job, *, reraise: bool = False) -> dict[str, Any]:
    """Run the check once and return what came of it, as a message for ``transport.encode``.

    ``reraise`` lets the subject's own exceptions through, for a debugger.
    """
    subject = _Subject(job)
    work = Path.cwd()
    steps: list[Step] = []
    message: dict[str, Any]
    with rules.watch(job.forbidden, subject.includes, job.strict, _api(job)) as broken:
        try:
            namespace = subject.load()
            check = _check(job)
            start = time.perf_counter()
            with _tracing(subject, steps) if job.traced else contextlib.nullcontext():
                values = _call(check, namespace, job, job.arguments)
            message = {"kind": "observed", "values": values, "seconds": time.perf_counter() - start}
            message["applied"] = subject.applied()
            if job.again:
                message["again"] = _repeated(check, namespace, job, message["seconds"], work)
            if job.precise:
                message["precise"] = _in_float64(check, namespace, job)
        except BaseException as error:  # SystemExit and the like are the subject's doing too
            message = _describe_exception(error, subject)
            to_do = "NotImplementedError" in message.get("bases", ())
            if reraise and message.get("where") == "subject" and not to_do:
                raise
    message["broken"] = [vars(rule) for rule in broken]
    message["steps"] = [{**vars(step.frame), "returned": step.returned} for step in steps]
    return message


# Loading ------------------------------------------------------------------------------------------


class MissingName(Exception):
    """A name that the statement asks for is not in the file."""


class _Subject:
    """The module under test, and which frames are its own."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._reflex: reflexes.Reflex | None = None
        solution = job.kata.solution
        # A wrong answer is made of the reference's functions as well, and an answer of its own.
        names = {"wrong": ["wrong.py", "reference.py"], "right": ["right.py", "reference.py"]}
        others = [solution / name for name in names.get(job.subject.source, ["reference.py"])]
        is_answer = job.subject.source == "answer"
        self.files = [job.kata.stub] if is_answer else others
        self._katas = f"{job.kata.katas}{os.sep}" if is_answer else ""

    def owns(self, filename: str) -> bool:
        return filename in map(str, self.files)

    def includes(self, filename: str) -> bool:
        """Return whether a file is the subject's, or one that a learner's may import."""
        return self.owns(filename) or (self._katas != "" and filename.startswith(self._katas))

    def applied(self) -> bool:
        return self._reflex is None or self._reflex.applied

    def load(self) -> types.SimpleNamespace:
        """Return the names that the statement asks for."""
        _mount(self._job)
        source, name = self._job.subject.source, self._job.subject.name
        names = _api(self._job)
        if source == "answer":
            return self._pick(names, vars(self._execute()))
        found = dict(vars(importlib.import_module(f"{PACKAGE}.reference")))
        if source in ("wrong", "right"):
            holder = getattr(importlib.import_module(f"{PACKAGE}.{source}"), name)
            found |= {key: getattr(holder, key) for key in vars(holder) if key in names}
        elif source == "reflex":
            self._reflex = reflexes.Reflex(name)
            found = self._reflex.apply({key: found[key] for key in names})
        return self._pick(names, found)

    def _execute(self) -> types.ModuleType:
        module = types.ModuleType(self._job.kata.name)
        (file,) = self.files
        module.__file__ = str(file)
        sys.modules[module.__name__] = module  # pickles and dataclasses look classes up there
        code = _compiled(file.read_bytes(), str(file))
        exec(code, vars(module))  # noqa: S102 (what this process is for)
        return module

    def _pick(self, names: tuple[str, ...], found: Mapping[str, Any]) -> types.SimpleNamespace:
        for name in names:
            if name not in found:
                raise MissingName(self._missing(name, found))
        return types.SimpleNamespace(**{name: found[name] for name in names})

    def _missing(self, name: str, found: Mapping[str, Any]) -> str:
        own = [key for key in found if not key.startswith("__")]
        same = [key for key in own if key.lower() == name.lower()]
        near = same or catalogue.closest(name, own)
        return f"there is no {name} in this file." + (f" Did you mean {near[0]}?" if near else "")

    def frames(self, error: BaseException) -> list[Frame]:
        """Return the subject's own frames of a traceback, outermost first."""
        return [
            Frame(entry.lineno or 0, entry.name, (entry.line or "").strip())
            for entry in traceback.extract_tb(error.__traceback__)
            if self.owns(entry.filename)
        ]


@functools.lru_cache(maxsize=4)
def _compiled(source: bytes, filename: str) -> types.CodeType:
    return compile(source, filename, "exec")


def _mount(job: Job) -> None:
    """Make the solution's folder importable as a package, in place of an earlier one."""
    mounted = sys.modules.get(PACKAGE)
    if mounted is not None and mounted.__path__ == [str(job.kata.solution)]:
        return
    for name in ("reference", "checks", "wrong", "right"):
        sys.modules.pop(f"{PACKAGE}.{name}", None)
    package = types.ModuleType(PACKAGE)
    package.__path__ = [str(job.kata.solution)]
    sys.modules[PACKAGE] = package


def _api(job: Job) -> tuple[str, ...]:
    return job.material.names if job.material else catalogue.api(job.kata)


def _checks(job: Job) -> types.ModuleType:
    """Return the module of the checks, made of what the job brings along, else read from the solution."""
    name = f"{PACKAGE}.checks"
    if job.material and name not in sys.modules:
        file = str(job.kata.solution / "checks.py")
        module = types.ModuleType(name)
        module.__file__ = file
        exec(compile(job.material.checks, file, "exec"), vars(module))  # noqa: S102 (our own)
        sys.modules[name] = module
    return importlib.import_module(name)


def _check(job: Job) -> Callable[..., Any]:
    check: Callable[..., Any] = getattr(_checks(job), job.check)
    return check


# Calling ------------------------------------------------------------------------------------------


def _call(
    check: Callable[..., Any],
    namespace: types.SimpleNamespace,
    job: Job,
    arguments: Mapping[str, Any],
) -> dict[str, Any]:
    _seed(job.seed)
    values = check(kata=namespace, **_resolved(arguments, job.seed))
    context.wait()  # what a device finds out later would be told of somebody else
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise TypeError(f"{job.check} must return a dict of observations by name")
    return values


def _repeated(
    check: Callable[..., Any], namespace: types.SimpleNamespace, job: Job, seconds: float, work: Path
) -> dict[str, Any]:
    """Observe the subject some more times, as many as take little time, and return what is seen last.

    Each time begins in the empty directory ``work``, wherever the subject has gone.
    """
    times = max(1, min(_REPETITIONS, int(_REPEATING / max(seconds, 1e-9))))
    if job.ranks > 1:  # all of them must agree
        times = 1
    with (
        open(os.devnull, "w") as silence,  # noqa: PTH123 (what it prints was seen the first time)
        contextlib.redirect_stdout(silence),
        contextlib.redirect_stderr(silence),
    ):
        for _ in range(times):
            os.chdir(work)
            empty(work)
            values = _call(check, namespace, job, job.arguments)
    return values


def empty(directory: Path) -> None:
    """Remove what is in a directory."""
    for entry in directory.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink()


def _seed(seed: int) -> None:
    import numpy as np
    import torch

    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():  # otherwise a call is queued, with its stack, at some cost
        torch.cuda.manual_seed_all(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def _resolved(arguments: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Give ``device`` and ``dtype``, which travel by name, as torch has them, and inputs from ``seed``."""
    import torch

    made: dict[str, Any] = {
        name: value.anew(seed) if isinstance(value, Given) else value for name, value in arguments.items()
    }
    if "device" in made:
        made["device"] = torch.device(made["device"])
    if isinstance(made.get("dtype"), str):
        made["dtype"] = getattr(torch, made["dtype"])
    return made


def _in_float64(
    check: Callable[..., Any], namespace: types.SimpleNamespace, job: Job
) -> dict[str, Any] | None:
    """Observe the reference in float64, on the same inputs: how far off its own rounding puts it."""
    import torch

    arguments = dict(job.arguments)
    for name, value in arguments.items():
        if isinstance(value, Given):
            arguments[name] = value.in_float64()
    if isinstance(arguments.get("dtype"), str):
        arguments["dtype"] = "complex128" if arguments["dtype"].startswith("complex") else "float64"
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return _call(check, namespace, job, arguments)
    except Exception:  # a check about float32 itself; the tolerance is then the dtype's alone
        return None
    finally:
        torch.set_default_dtype(default)


# What happened ------------------------------------------------------------------------------------


def _describe_exception(error: BaseException, subject: _Subject) -> dict[str, Any]:
    loaded = _reached_check(error)
    frames = subject.frames(error)
    if type(error).__name__ == "InterpreterError" and error.__cause__ is not None:
        # How Triton's interpreter tells what a kernel has raised: as a text, at the line that launched it.
        error = error.__cause__
        frames += subject.frames(error)
    if isinstance(error, MemoryError) or "can't allocate memory" in _text(error):
        where = frames[-1:] if frames else []
        return {"kind": "memory", "detail": _text(error), "frames": [vars(f) for f in where]}
    bases, text = [base.__name__ for base in type(error).__mro__], _text(error)
    message = {
        "kind": "raised",
        "type": type(error).__name__,
        "bases": bases,
        "message": text,
        "frames": [vars(frame) for frame in frames],
        "where": "subject" if frames else "check",
        "late": context.is_late(bases, text),
    }
    if not loaded:
        message["where"] = "load"
    if isinstance(error, SyntaxError) and error.filename and subject.owns(error.filename):
        text = (error.text or "").rstrip()
        message["frames"] = [vars(Frame(error.lineno or 0, "", text))]
        message["message"] = str(error.msg)
    return message


def _reached_check(error: BaseException) -> bool:
    """Return whether the subject was loaded, and its check called."""
    known = traceback.extract_tb(error.__traceback__, limit=3)
    return any(entry.name == _call.__name__ and entry.filename == __file__ for entry in known)


def _text(error: BaseException) -> str:
    try:
        text = str(error)[:_MESSAGE]
        return text.encode(errors="backslashreplace").decode()  # half a surrogate pair cannot be written
    except Exception:
        return "(an exception whose text cannot be read)"


@contextlib.contextmanager
def _tracing(subject: _Subject, steps: list[Step]) -> Iterator[None]:
    """Record what the subject's functions return to code that is not the subject's."""
    import torch

    def on_event(frame: types.FrameType, event: str, value: Any) -> None:
        if event != "return" or not subject.owns(frame.f_code.co_filename):
            return
        caller = frame.f_back
        while caller is not None:
            if subject.owns(caller.f_code.co_filename):
                return
            caller = caller.f_back
        place = Frame(frame.f_lineno, frame.f_code.co_name)
        steps.append(Step(place, _returned(value)))
        del steps[:-_STEPS]

    # On a device the backward would run in a thread of its own, which is not seen from here.
    with torch.autograd.set_multithreading_enabled(False):
        sys.setprofile(on_event)
        try:
            yield
        finally:
            sys.setprofile(None)


def _returned(value: Any) -> str:
    import torch

    if isinstance(value, torch.Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        return f"{type(value).__name__} {tuple(value.shape)} {dtype}"
    return "None" if value is None else type(value).__name__
