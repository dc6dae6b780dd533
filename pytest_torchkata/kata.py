"""The data everyone speaks of: katas, jobs for a child process, what came back, and verdicts.

This module knows nobody else here, and imports neither torch nor NumPy, so that listing stays fast.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["implement", "bughunt", "predict", "perf", "distributed", "gpu"]
Level = Literal["warmup", "easy", "medium", "hard", "expert"]
State = Literal["solved", "to do", "failing"]

KINDS: tuple[Kind, ...] = ("implement", "bughunt", "predict", "perf", "distributed", "gpu")
LEVELS: tuple[Level, ...] = ("warmup", "easy", "medium", "hard", "expert")


@dataclass(frozen=True)
class Kata:
    """One kata: where its stub and its solution are."""

    id: str
    """``topic/name``, the same in file, test id, message and docs."""
    stub: Path
    """The file that the learner edits."""
    solution: Path
    """The folder with kata.toml, reference.py, checks.py, wrong.py and perhaps right.py."""

    @property
    def katas(self) -> Path:
        """The folder of all stubs."""
        return self.stub.parents[self.id.count("/")]

    @property
    def solutions(self) -> Path:
        """The folder of all solutions."""
        return self.solution.parents[self.id.count("/")]

    @property
    def topic(self) -> str:
        return self.id.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.id.rpartition("/")[2]


@dataclass(frozen=True)
class Facts:
    """What a kata.toml says."""

    title: str
    kind: Kind
    level: Level
    minutes: int
    hints: tuple[str, ...]
    tags: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    """Dotted torch names that an answer may neither reference nor call."""
    strict: bool = False
    """Whether a helper of torch that calls a forbidden name counts as well."""
    timeout: float | None = None
    """Seconds for one check, where the default does not suit."""
    stub: str | None = None
    """Digest of the untouched stub, for a stub that runs (a bughunt)."""


# What a check saw ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Array:
    """A tensor as it left a child: its values and what was said of it."""

    values: np.ndarray[Any, Any]
    dtype: str
    device: str
    layout: str
    requires_grad: bool
    type: str
    """``Tensor``, ``Parameter`` or the name of a subclass."""

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.values.shape)


@dataclass(frozen=True)
class Opaque:
    """Something that does not travel as a value: a dtype, a device, an unknown object."""

    type: str
    text: str


Value = Any
"""None, bool, int, float, complex, str, bytes, Array, Opaque, or lists, tuples and dicts of these."""

Observations = Mapping[str, Value]


# A run in a child ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """The module under test."""

    source: Literal["answer", "reference", "wrong", "right", "reflex"]
    """``reflex``: a wrong answer that needs no author, made from the reference."""
    name: str = ""
    """Which of the wrong or right answers, or of the reflexes."""


ANSWER = Subject("answer")
REFERENCE = Subject("reference")


@dataclass(frozen=True)
class Limits:
    """What the processes of one answer may take; None where there is no limit."""

    memory: int | None = 4 << 30
    """Bytes, above what an empty child takes."""
    cpu: float | None = 60.0
    """Seconds of processor time in one check; at least as many as the check may take by the clock."""
    processes: int | None = 32
    """Processes that the answer may have beside the one that it runs in."""
    disk: int | None = 1 << 30
    """Bytes in its directory, and in one file."""
    files: int | None = 512
    """Open file descriptors of one process."""
    output: int = 64 << 10
    """Bytes of output that are kept; the rest is read and dropped."""


SCAN, EXAMPLES, NOTHING = "", "<examples>", "<nothing>"
"""In the place of a check's name: look for forbidden names in the source; run the examples of a docstring;
be ready for another job."""


@dataclass(frozen=True)
class Material:
    """What a process that runs an answer gets of the kata's solution, which is closed to it."""

    names: tuple[str, ...]
    """The names that an answer must define."""
    checks: bytes
    """The source of checks.py."""
    imports: tuple[str, ...]
    """The modules that the kata's runs import."""


@dataclass(frozen=True)
class Job:
    """One run of one check on one subject, or what else can be done with it."""

    kata: Kata
    subject: Subject
    check: str
    """The name of the check function, or one of ``SCAN``, ``EXAMPLES`` and ``NOTHING``."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments, but for ``kata``; they travel pickled, from us to the child only."""
    seed: int = 0
    precise: bool = False
    """Observe a second time with float64 in the place of every lower precision."""
    traced: bool = False
    """Record which of the subject's functions returned what, and where."""
    again: bool = False
    """Observe once more after a few repetitions in the same process, on the same inputs."""
    forbidden: tuple[str, ...] = ()
    strict: bool = False
    device: str = "cpu"
    ranks: int = 1
    """Number of gloo processes that run the check together."""
    seconds: float | None = 10.0
    limits: Limits = Limits()
    material: Material | None = None
    """What is given of the solution, where it is not read."""
    timed: bool = False
    """Whether time is measured on a device, which nothing else may use meanwhile."""
    blocking: bool = False
    """Whether every kernel is waited for where it is launched, so that what it does shows there."""

    @property
    def runs_answer(self) -> bool:
        """Whether the learner's code is run, and not merely read."""
        return self.subject.source == "answer" and self.check != SCAN


@dataclass(frozen=True)
class Order:
    """A job for a child, and what belongs to this run of it."""

    job: Job
    rank: int
    rendezvous: str
    """The path of a file by which the ranks find each other."""
    token: bytes
    """What the reply must repeat, so that one that was written early, or twice, does not count."""


@dataclass(frozen=True)
class Frame:
    """A place in the learner's file."""

    line: int
    function: str
    text: str = ""


@dataclass(frozen=True)
class Step:
    """A function of the subject that returned to code outside the subject."""

    frame: Frame
    returned: str
    """What it returned, in words: ``None``, ``Tensor (3, 4) float32``, ..."""


@dataclass(frozen=True)
class BrokenRule:
    """A forbidden name that was met."""

    name: str
    """The name as kata.toml has it."""
    line: int
    how: str
    """How it was met: the spelling in the source, or ``called at run time``."""


@dataclass(frozen=True)
class Observed:
    """The check ran to its end."""

    values: Observations
    precise: Observations | None = None
    again: Observations | None = None
    """What was seen after a few repetitions."""
    steps: tuple[Step, ...] = ()
    broken: tuple[BrokenRule, ...] = ()
    applied: bool = True
    """For a reflex: whether it changed anything."""
    seconds: float = 0.0
    output: str = ""
    precision: tuple[str, ...] = ()
    """The settings of float32's precision that the run has changed."""
    laps: Mapping[str, float] = field(default_factory=dict)
    """Seconds that passed on our own clock during what the check has us time."""


@dataclass(frozen=True)
class Raised:
    """The subject, or the check with what the subject gave it, raised."""

    where: Literal["load", "subject", "check"]
    """While the file was loaded, inside the subject's code, or in the check with what it got."""
    type: str
    bases: tuple[str, ...]
    message: str
    frames: tuple[Frame, ...] = ()
    """The subject's own frames, outermost first."""
    steps: tuple[Step, ...] = ()
    broken: tuple[BrokenRule, ...] = ()
    output: str = ""
    late: bool = False
    """Whether a device has found out later, and the frames say where that was noticed at best."""


@dataclass(frozen=True)
class Stopped:
    """The child did not come back by itself."""

    why: Literal["time", "memory", "signal", "exit", "garbled", "broken", "limit", "refused", "replaced"]
    detail: str
    """The time, the signal, the status, the limit that was passed, what was refused, or replaced."""
    frames: tuple[Frame, ...] = ()
    output: str = ""


Run = Observed | Raised | Stopped


# A verdict ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One observation that is not as it should be, in words."""

    name: str
    """The observation, as ``logits.grad`` or ``state['weight']``."""
    aspect: str
    """What differs: names, type, shape, dtype, device, layout, grad, nonfinite, value, requirement."""
    text: str
    """Expected and yours, without the name."""


@dataclass(frozen=True)
class Check:
    """One case of a hidden check, ready to run."""

    kata: Kata
    name: str
    """The function's, with what tells its cases apart in brackets."""
    function: str
    title: str
    """The first line of its docstring."""
    parameters: Mapping[str, object]
    """What the case was parametrized with, by name."""
    arguments: Mapping[str, Any]
    """What the check function is called with, but for ``kata``."""
    requirements: tuple[Requirement, ...] = ()
    device: str = "cpu"
    ranks: int = 1
    seconds: float | None = 10.0
    timed: bool = False
    """Whether it measures time on a device."""
    again: bool = False
    """Whether this is the case that is observed several times: an answer's state must not show."""
    prediction: bool = False
    """Whether the expected values stay out of messages."""


def seed_of(name: str, seed: int) -> int:
    """Return what a case draws from, given the seed of the run, so that each draws inputs of its own."""
    return zlib.crc32(f"{seed} {name}".encode())


@dataclass(frozen=True)
class Requirement:
    """What an observation must satisfy where equality with the reference is the wrong question."""

    name: str
    within: float | None
    """How far two values of equal meaning may be apart; used to recognise a known mistake."""
    judge: Callable[..., str | None]
    """Gets the observed value (and the case's parameters, by name); says what was expected, or None."""


@dataclass(frozen=True)
class Verdict:
    """What the deciding process makes of one check."""

    outcome: Literal["passed", "failed", "to do"]
    differences: tuple[Difference, ...] = ()
    lines: tuple[str, ...] = ()
    """The message where it is not a list of differences (an exception, a stop, a broken rule)."""
    diagnosis: str | None = None
    """The sentence of the known mistake that gives exactly what was seen."""
    mistake: str | None = None
    """The name of that mistake in wrong.py."""
    place: Frame | None = None
    output: str = ""
    cause: str = "difference"
    """difference, exception, again, stop, rule, source (the file could not be loaded), not run, to do."""
    measured: Mapping[str, float] = field(default_factory=dict)
    """What a kata about time or memory has measured, by the names of the observations."""
