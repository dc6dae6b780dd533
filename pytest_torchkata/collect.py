"""From a stub to pytest items: one item for every case of a hidden check.

The stub itself is never imported here; its path and the checks' names make the node ids.
"""

from __future__ import annotations

import bdb
import functools
import hashlib
import importlib.util
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_torchkata import catalogue, explain, report
from pytest_torchkata.checks import Given
from pytest_torchkata.devices import DEFAULT_DTYPES, Devices
from pytest_torchkata.interview import HIDING, Feedback
from pytest_torchkata.kata import Check, Facts, Frame, Kata, Raised, Verdict, seed_of
from pytest_torchkata.progress import ProgressError

if TYPE_CHECKING:
    from pytest_torchkata.judge import Judge
    from pytest_torchkata.progress import Standing, Store
    from pytest_torchkata.sandbox import Launch

__all__ = [
    "EMPTY",
    "CheckItem",
    "KataFile",
    "NotSolved",
    "Surroundings",
    "feedback",
    "hidden",
    "parametrize",
    "surroundings",
]

DEFAULT_SECONDS = 10.0


@dataclass
class Surroundings:
    """What the items of one pytest process share."""

    judge: Judge
    devices: Devices
    seed: int
    all_checks: bool
    hints: bool
    """Whether there are any, which in an interview may not be so."""
    store: Store
    fixed_seed: bool = False
    """Whether the user gave the seed, which then also holds for katas that keep one of their own."""

    @functools.cached_property
    def standings(self) -> dict[str, Standing]:
        """How the learner stood with each kata when the first of them was judged."""
        try:
            return self.store.standings()
        except ProgressError:  # the record says so at the end
            return {}

    def seed_for(self, kata: Kata) -> int:
        """Return the seed of a kata's inputs: the one it last failed with, until it passes."""
        standing = self.standings.get(kata.id)
        kept = standing.kept_seed if standing else None
        return self.seed if self.fixed_seed or kept is None else kept


surroundings = pytest.StashKey[Surroundings]()
feedback = pytest.StashKey[Feedback]()
"""What of the verdicts is shown: less than everything in some interviews."""
launching: pytest.StashKey[Launch] = pytest.StashKey()
"""How the children of a run are started, where that is not as programs of their own."""


class NotSolved(bdb.BdbQuit):
    """A check that did not pass; it carries the verdict and the text to show.

    Of this kind because it was not raised by the learner's code, so that --pdb has nothing to stop at.
    """

    def __init__(self, verdict: Verdict, text: str) -> None:
        super().__init__(text)
        self.verdict = verdict
        self.text = text


class NotShown(bdb.BdbQuit):
    """A check that was not run, because an earlier one of its kata did not pass."""


class NotJudged(bdb.BdbQuit):
    """A check that could not be judged, for a reason that is not the answer's."""


class KataFile(pytest.Module):
    """A stub, collected as the module of its hidden checks."""

    def __init__(self, *, kata: Kata, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kata = kata
        self.checks = 0
        """How many checks there are, whatever was selected."""
        self.selected = 0
        self.begin()

    def begin(self) -> None:
        """Let nothing be judged yet."""
        self.passed: list[str] = []
        self.judged = 0
        self.chance = 0
        """A number drawn with the seed: which of the checks is done several times."""
        self.blocked_by: str | None = None
        self.source = ""
        """A digest of the stub's content from before it was judged, to tell one attempt from the next."""

    def funcnamefilter(self, name: str) -> bool:
        return name.startswith("check_")

    def classnamefilter(self, name: str) -> bool:
        return False

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        functions = [item for item in super().collect() if isinstance(item, pytest.Function)]
        self.checks = len(functions)
        if self.config.stash[feedback] in HIDING:
            functions = [_unnamed(function, number) for number, function in enumerate(functions, 1)]
        return [CheckItem.of(function) for function in functions]

    def _getobj(self) -> types.ModuleType:
        module = _checks_module(self.kata)
        vars(module).update(_kata=_kata, _given=_given, _device=_device, _rank=_rank)
        return module

    @property
    def facts(self) -> Facts:
        return catalogue.facts(self.kata)


EMPTY = hashlib.sha256().hexdigest()
"""The digest of a file with nothing in it."""


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _checks_module(kata: Kata) -> types.ModuleType:
    name = f"torchkata_checks.{kata.id.replace('/', '.')}"
    path = kata.solution / "checks.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise KataFile.CollectError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def _unnamed(function: pytest.Function, number: int) -> pytest.Function:
    """Make the same item with a name that does not tell what is checked."""
    callspec = getattr(function, "callspec", None)
    return pytest.Function.from_parent(
        function.parent,
        name=f"check_{number}" + (f"[{callspec.id}]" if callspec else ""),
        callspec=callspec,
        callobj=function.obj,
        fixtureinfo=function._fixtureinfo,
        originalname=f"check_{number}",
    )


class CheckItem(pytest.Function):
    """One case of a hidden check."""

    @classmethod
    def of(cls, function: pytest.Function) -> CheckItem:
        """Turn what pytest has made of a check function, its parameters and marks into such an item."""
        function.__class__ = cls  # to make another one of it would double the time that collecting takes
        assert isinstance(function, CheckItem)
        return function

    @property
    def file(self) -> KataFile:
        assert isinstance(self.parent, KataFile)
        return self.parent

    @property
    def title(self) -> str:
        """The first line of the check's docstring, without its full stop."""
        lines = (self.obj.__doc__ or self.obj.__name__).strip().splitlines()
        return str(lines[0]).rstrip(".")

    @property
    def parameters(self) -> dict[str, object]:
        callspec = getattr(self, "callspec", None)
        return dict(callspec.params) if callspec else {}

    @property
    def default_device(self) -> str:
        """The device of a check that does not ask for one."""
        if self.get_closest_marker("needs_cuda") is None:
            return "cpu"
        return _devices_for(self, self.config.stash[surroundings].devices)[0]

    def reportinfo(self) -> tuple[Path, int, str]:
        title = self.name if self.config.stash[feedback] in HIDING else self.title
        return self.path, 0, f"{self.file.kata.id}: {title}"

    def setup(self) -> None:
        devices = self.config.stash[surroundings].devices
        if reason := _reason_to_skip(self, devices):
            pytest.skip(reason)
        super().setup()

    def seconds(self) -> float | None:
        """Return the time limit: the run's or the check's own, else the kata's, else the default."""
        given = self.stash.get(time_limit, None)
        if given is not None:
            return given or None
        return self.file.facts.timeout or DEFAULT_SECONDS

    def check(self) -> Check:
        """Return what the judge needs; the item's fixtures are set up."""
        arguments = {name: self.funcargs[name] for name in self._fixtureinfo.argnames if name != "kata"}
        ranks = self.get_closest_marker("ranks")
        return Check(
            kata=self.file.kata,
            name=self.name,
            function=self.obj.__name__,
            title=self.title,
            parameters=self.parameters,
            arguments=arguments,
            requirements=getattr(self.obj, "requirements", ()),
            device=str(arguments.get("device", self.default_device)),
            ranks=ranks.args[0] if ranks else 1,
            timed=self.get_closest_marker("timed") is not None,
            seconds=self.seconds(),
            again=self.file.judged == 1 + self.file.chance % max(1, self.file.selected),
            prediction=self.get_closest_marker("prediction") is not None,
        )

    def runtest(self) -> None:
        from pytest_torchkata.sandbox import SandboxError  # here, since collecting does not need it

        file = self.file
        around = self.config.stash[surroundings]
        if file.blocked_by and not around.all_checks:
            self.session.testsfailed -= 1  # --maxfail counts what was run
            raise NotShown(f"Not run: fix {file.blocked_by!r} first, or run with --all-checks.")
        if not file.judged:  # what is edited from now on is for the next run
            file.source = _digest(file.path)
        file.judged += 1
        seed = around.seed_for(file.kata)
        file.chance = seed_of(file.kata.id, seed)
        try:
            verdict = self._verdict(around.judge, seed)
        except SandboxError as error:
            self.session.shouldstop = "no kata can be run"
            raise NotJudged(str(error)) from None
        except catalogue.KataError as error:
            raise NotJudged(str(error)) from None
        except Exception:  # the learner's own, on its way to the debugger
            file.blocked_by = self.title
            raise
        if verdict.output and self.config.stash[feedback] not in HIDING:
            self._keep_output(verdict.output)
        if verdict.outcome == "passed":
            file.passed.append(self.title)
            return
        file.blocked_by = self.title
        if self.config.stash[feedback] in HIDING:
            self.stash[hidden] = verdict  # which nothing that pytest prints may tell
            return
        if verdict.cause == "not run":
            self.session.testsfailed -= 1
            raise NotShown(verdict.lines[0])
        raise NotSolved(verdict, self._text(verdict, seed))

    def _verdict(self, judge: Judge, seed: int) -> Verdict:
        if self.file.blocked_by and self.config.stash[feedback] != "full":
            # Nobody would read what explains a second failure.
            return judge.judged(self.check(), seed).verdict
        return judge.verdict(self.check(), seed)

    def _keep_output(self, output: str) -> None:
        """Keep what the answer printed for the report, or print it at once under -s."""
        if self.config.getoption("capture") == "no" and not hasattr(self.config, "workerinput"):
            sys.stdout.write(output)
        else:
            self.add_report_section("call", "output", output)

    def _text(self, verdict: Verdict, seed: int) -> str:
        around = self.config.stash[surroundings]
        file = self.file
        if self.config.stash[feedback] == "names":
            return f"   ✗ {self.title}"
        lines = report.failure(
            kata=file.kata,
            facts=file.facts,
            attempt=_attempt(around.standings.get(file.kata.id), file.source),
            passed=() if around.all_checks else file.passed,
            title=self.title,
            parameters=self.parameters,
            verdict=verdict,
            not_shown=0 if around.all_checks else file.selected - file.judged,
            hints=around.hints,
            seed=seed,
        )
        return "\n".join(lines)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        problem = excinfo.value
        if isinstance(problem, NotSolved):
            what = "" if self.config.stash[feedback] == "names" else f": {report.gist(problem.verdict)}"
            return report.Message(problem.text, f"{self.title}{what}")
        if isinstance(problem, (NotShown, NotJudged)):
            return report.Message(str(problem), str(problem))
        if lines := self._own_exception(excinfo):
            return report.Message("\n".join(lines), lines[0])
        return super().repr_failure(excinfo)

    def _own_exception(self, excinfo: pytest.ExceptionInfo[BaseException]) -> tuple[str, ...]:
        """Tell an exception of the learner's code that a debugger was to see; none if it is not theirs."""
        frames = tuple(
            Frame(entry.lineno + 1, entry.name, str(entry.statement).strip())
            for entry in excinfo.traceback
            if Path(entry.path) == self.path
        )
        if not frames:
            return ()
        bases = tuple(base.__name__ for base in type(excinfo.value).__mro__)
        raised = Raised("subject", bases[0], bases, str(excinfo.value), frames)
        return explain.run(raised, self.file.kata)


hidden = pytest.StashKey[Verdict]()
"""The verdict on a check that did not pass, where that is not shown."""
time_limit = pytest.StashKey[float | None]()
"""Seconds from --timeout, the timeout mark or the ini file; 0 for none."""


def _attempt(standing: Standing | None, source: str) -> int:
    if standing is None:
        return 1
    return standing.attempts + (source != standing.source)


def _reason_to_skip(item: CheckItem, devices: Devices) -> str | None:
    marks = {mark.name: mark for mark in item.iter_markers()}
    if "needs_cuda" in marks and not devices.has_cuda:
        return "needs CUDA: run it with --gpu on a machine that has a CUDA device"
    needed = marks["needs_devices"].args[0] if "needs_devices" in marks else 0
    if needed > devices.cuda:
        return f"needs {needed} CUDA devices, and has {devices.cuda} (with --gpu; under -n only one)"
    names = (str(item.parameters["device"]),) if "device" in item.parameters else _devices_for(item, devices)
    if not names:
        return f"does not run on {' or '.join(devices.names)}"
    if names[0] == "mps" and item.parameters.get("dtype") in _NOT_ON_MPS:
        return f"MPS has no {item.parameters['dtype']}"
    return None


_NOT_ON_MPS = ("float64", "complex128")


def _devices_for(item: pytest.Item, devices: Devices) -> tuple[str, ...]:
    """Return the devices that a check may run on, by its marks."""
    excluded = [name for mark in item.iter_markers("not_on") for name in mark.args]
    return devices.for_check(item.get_closest_marker("needs_cuda") is not None, excluded)


def parametrize(metafunc: pytest.Metafunc, devices: Devices) -> None:
    """Give a check its devices and dtypes where it asks for them."""
    taken = {
        name.strip()
        for mark in metafunc.definition.iter_markers("parametrize")
        for name in (mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0])
    }
    if "device" in metafunc.fixturenames and "device" not in taken:
        names = _devices_for(metafunc.definition, devices)
        if len(names) > 1:
            metafunc.parametrize("device", names)
    if "dtype" in metafunc.fixturenames and "dtype" not in taken:
        mark = metafunc.definition.get_closest_marker("dtypes")
        metafunc.parametrize("dtype", mark.args if mark else DEFAULT_DTYPES)


# The fixtures of a kata file, and of no other -----------------------------------------------------


@pytest.fixture(name="kata")
def _kata() -> None:
    """Stand for the module under test, which exists only in the child."""


@pytest.fixture(name="device")
def _device(request: pytest.FixtureRequest) -> str:
    """Name the device of the case: "cpu", "cuda", "cuda:1", "mps"; the check gets a torch.device."""
    return _devices_for(request.node, request.config.stash[surroundings].devices)[0]


@pytest.fixture(name="rank")
def _rank() -> int:
    """Give the rank of the process, in a check with the ranks mark; each child puts in its own."""
    return 0


@pytest.fixture(name="given")
def _given(request: pytest.FixtureRequest) -> Given:
    """Draw inputs for this case, with its device and dtype; the seed is put in where it is run."""
    item = request.node
    assert isinstance(item, CheckItem)
    asked = {
        name: request.getfixturevalue(name) for name in ("device", "dtype") if name in request.fixturenames
    }
    return Given(0, **{"device": item.default_device, **asked})
