"""The practice loop: save a stub, and see its verdict.

What happens (a file was saved, a key was pressed, a run said something) arrives as events in one queue, and
is dealt with one after the other: there is never more than one run, and none that is out of date is shown.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from pytest_torchkata import aids, explain, report, tracks
from pytest_torchkata.catalogue import KataError
from pytest_torchkata.kata import Kata
from pytest_torchkata.material import needs
from pytest_torchkata.practice import reset
from pytest_torchkata.progress import ProgressError, Standing
from pytest_torchkata.project import FILES, Project, ProjectError
from pytest_torchkata.review import Advice, advise
from pytest_torchkata.sandbox import SandboxError
from pytest_torchkata.terminal import Pressed, Redraw, Terminal
from pytest_torchkata.warm import Prepared, Warm

__all__ = ["watch"]

STEP = 10
"""Milliseconds without a further change after which what has changed is told."""
_HEARD = 0.5
"""Seconds within which Ctrl-C is heard."""
KEYS = {"n": "next", "h": "hint", "a": "all checks", "r": "reset", "v": "reveal", "l": "list", "q": "quit"}
SETTINGS = {*FILES, "conftest.py"}
"""Files of the root directory that pytest reads before it collects."""


# Events -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changed:
    """Files were written, renamed, made or removed."""

    paths: frozenset[Path]


@dataclass(frozen=True)
class Said:
    """A run has printed something, or ended with a status."""

    run: int
    what: bytes | int | None


Event = Changed | Said | Pressed | Redraw


# The loop -----------------------------------------------------------------------------------------


def watch(project: Project, paths: Sequence[str], track: str | None = None) -> int:
    """Run katas whenever they are saved, until the learner leaves.

    ``paths`` are stubs, topics or ids; none stands for all, or for all of the track. Raises ``KataError``
    where there is no such kata or track, and ``ProjectError`` if nothing can be run.
    """
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    terminal = Terminal(sys.stdout)
    loop = Loop(project, paths, track, events, terminal)
    try:
        with terminal.keys(events.put), _watching(project, events):
            loop.run()
    except SandboxError as error:
        raise ProjectError(str(error)) from error
    finally:
        loop.close()
    return 0


def chosen(project: Project, paths: Sequence[str], track: str | None) -> list[Kata]:
    """Return the katas at these paths, topics or ids, and on this track; all of them if there are none."""
    if track is not None:
        wanted = chosen(project, paths, None)
        return [kata for kata in tracks.named(project.catalogue, track).katas if kata in wanted]
    known = project.catalogue.all()
    if not paths:
        return known
    found: list[Kata] = []
    for path in paths:
        place = Path(path).absolute()
        below = [kata for kata in known if kata.stub.is_relative_to(place)]
        topic = [kata for kata in known if kata.topic == path.strip("/")]
        found += below or topic or [project.catalogue.find(path)]
    return list(dict.fromkeys(found))


@contextlib.contextmanager
def _watching(project: Project, events: queue.SimpleQueue[Event]) -> Iterator[None]:
    """Tell of changed files from threads."""
    stop = threading.Event()
    folders = [project.catalogue.stubs]
    if project.catalogue.solutions.is_relative_to(project.root):
        folders.append(project.catalogue.solutions)

    def tell(*places: Path, deep: bool, wanted: Callable[[Path], bool]) -> None:
        changes = watchfiles.watch(
            *places, step=STEP, debounce=10 * STEP, stop_event=stop, recursive=deep, raise_interrupt=False,
            watch_filter=lambda _, path: wanted(Path(path)),
        )  # fmt: skip
        for each in changes:
            events.put(Changed(frozenset(Path(path) for _, path in each)))

    def source(path: Path) -> bool:
        return path.suffix in (".py", ".toml") and "__pycache__" not in path.parts

    threads = [
        threading.Thread(target=tell, args=folders, kwargs={"deep": True, "wanted": source}, daemon=True),
        threading.Thread(
            target=tell, args=[project.root], kwargs={"deep": False, "wanted": lambda p: p.name in SETTINGS},
            daemon=True,
        ),
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()


@dataclass
class Run:
    """A run of pytest on one kata, waiting or begun."""

    number: int
    kata: Kata
    arguments: tuple[str, ...]
    prepared: Prepared
    source: bytes | None = None
    """The stub's content when the run began; None while it waits."""
    text: bytearray = dataclasses.field(default_factory=bytearray)

    @property
    def begun(self) -> bool:
        return self.source is not None


class Loop:
    """What is shown, which kata is at hand, and the one run that there is."""

    def __init__(
        self,
        project: Project,
        paths: Sequence[str],
        track: str | None,
        events: queue.SimpleQueue[Event],
        terminal: Terminal,
    ) -> None:
        self._project = project
        self._paths = paths
        self._track = track
        self._katas = chosen(project, paths, track)
        if not self._katas:
            raise ProjectError(f"None of these katas is on the track {track}.")
        self._events = events
        self._terminal = terminal
        self._warm = Warm()
        self._all_checks = False
        self._asks: str | None = None
        """The key whose action waits for a yes."""
        self._note: tuple[bytes, list[str]] = (b"", [])
        """What is to be said below the verdict on this content of the stub."""
        self._numbers = itertools.count(1)
        self._run: Run | None = None
        rescued = project.store.rescue()
        self._kata = self._first()
        if rescued:
            self._note = (_content(self._kata.stub) or b"", ["", f" {rescued}"])

    def run(self) -> None:
        """Deal with events until the learner leaves."""
        self._terminal.show([f"Watching {self._named()}; importing torch ...", ""])
        self._begin()
        while True:
            try:
                # A signal that another thread gets, or that comes just before, does not end a wait.
                event = self._events.get(timeout=_HEARD)
            except queue.Empty:
                continue
            if isinstance(event, Said):
                self._hear(event)
            elif isinstance(event, Changed):
                self._look(event.paths)
            elif isinstance(event, Redraw):
                self._fit()
            elif event.key == "q" and not self._asks:
                return
            else:
                self._obey(event.key)

    def close(self) -> None:
        """End what runs, and give the terminal back."""
        if self._run:
            self._run.prepared.end()
        self._warm.close()
        self._terminal.leave()

    def _named(self) -> str:
        if self._track:
            return f"the track {self._track}"
        return f"{len(self._katas)} katas" if len(self._katas) > 1 else self._katas[0].id

    # Files ------------------------------------------------------------------------------------

    def _look(self, paths: frozenset[Path]) -> None:
        """Run what was saved; of several, as after a change of branch, the kata at hand or the latest."""
        others = {path for path in paths if not path.is_relative_to(self._project.catalogue.stubs)}
        if others or not paths <= {kata.stub for kata in self._katas}:
            with contextlib.suppress(KataError):  # new katas come with a new version, or another branch
                self._katas = chosen(self._project, self._paths, self._track) or self._katas
        changed = [kata for kata in self._katas if kata.stub in paths]
        if others or any(path.name == "conftest.py" for path in paths):
            self._drop()  # it has read what was changed
        elif not changed:
            return
        if changed and self._kata not in changed:
            self._kata = max(changed, key=_written)
        self._begin()

    # Runs -------------------------------------------------------------------------------------

    def _arguments(self) -> tuple[str, ...]:
        return (explain.shown(self._kata.stub), *(["--all-checks"] if self._all_checks else []))

    def _prepare(self) -> Run:
        """Return a run of the kata at hand that has not begun: the one that waits, or a new one."""
        known, arguments = self._run, self._arguments()
        if known and not known.begun and known.arguments == arguments:
            return known
        self._drop()
        number = next(self._numbers)
        extra = ["-n0", f"--color={'yes' if self._terminal.colours else 'no'}"]
        environment = {**os.environ, "COLUMNS": str(self._terminal.width)}
        prepared = self._warm.prepare(
            [*arguments, *extra],
            environment,
            lambda what: self._events.put(Said(number, what)),
            needs(self._kata.solution),
        )
        self._run = Run(number, self._kata, arguments, prepared)
        return self._run

    def _begin(self) -> None:
        """Judge the kata at hand as it is now; what runs already is of no interest any more."""
        self._asks = None
        source = _content(self._kata.stub)
        if source is None:
            self._tell([f" {explain.shown(self._kata.stub)} is not there. Press r to put the stub back."])
            return
        run = self._prepare()
        run.source = source
        run.prepared.go()
        self._terminal.show([f"$ pytest {' '.join(run.arguments)}", ""])
        self._terminal.add(run.text)

    def _drop(self) -> None:
        if self._run:
            self._run.prepared.end()
            self._run = None

    def _hear(self, said: Said) -> None:
        run = self._run
        if run is None or said.run != run.number:  # of one that was ended
            return
        if isinstance(said.what, bytes):
            run.text += said.what
            if run.begun:
                self._terminal.add(said.what)
            return
        run.prepared.join()
        self._run = None
        if not run.begun:  # it could not even collect; when it is wanted this will be told
            return
        if _content(run.kata.stub) != run.source:  # saved since: this is the verdict on something else
            self._begin()
            return
        self._end(run, said.what)

    def _end(self, run: Run, status: int | None) -> None:
        if status is None:
            self._terminal.add(
                b"\nThe run was ended from outside. Save the file, or press Enter, to run it again.\n"
            )
        source, lines = self._note
        lines = lines if source == run.source else []
        standings = self._standings()
        if status == 0 and (solved := standings.get(run.kata.id)) and solved.state == "solved":
            lines = [*lines, *self._go_on(standings)]
        self._foot(lines)
        self._prepare()

    def _foot(self, lines: Iterable[str] = ()) -> None:
        self._terminal.add("".join(f"{line}\n" for line in lines).encode())
        self._terminal.foot(self._kata.id, _menu(self._all_checks))

    # What to do next --------------------------------------------------------------------------

    def _standings(self) -> dict[str, Standing]:
        try:
            return self._project.store.standings()
        except ProgressError:  # which the run has told
            return {}

    def _first(self) -> Kata:
        advice = self._advice(self._standings())
        return advice.kata if advice else self._katas[0]

    def _advice(self, standings: dict[str, Standing]) -> Advice | None:
        return advise(self._katas, standings, in_order=self._track is not None)

    def _go_on(self, standings: dict[str, Standing]) -> Iterator[str]:
        """Turn to the next kata, and say which it is."""
        advice = self._advice(standings)
        yield ""
        if advice is None:
            yield f" Solved: {self._kata.id}, and with it all of {self._named()}."
            return
        yield f" Solved: {self._kata.id}."
        self._kata = advice.kata
        yield from _introduced(advice)

    def _next(self) -> None:
        """Turn to the kata after the one at hand, among those that there is something to do for."""
        standings = self._standings()
        place = self._katas.index(self._kata)
        for kata in [*self._katas[place + 1 :], *self._katas[: place + 1]]:
            if advice := advise([kata], standings):
                self._kata = kata
                self._tell(list(_introduced(advice)))
                self._prepare()
                return
        self._tell([" There is nothing to do here: every kata is solved, and none is due."])

    # Keys -------------------------------------------------------------------------------------

    def _obey(self, key: str) -> None:
        asked, self._asks = self._asks, None
        if asked:
            if key == "y":
                self._put_back() if asked == "r" else self._reveal()
            else:
                self._tell([" Nothing was done."])
        elif key in ("\n", "\r", " "):
            self._begin()
        elif key == "a":
            self._all_checks = not self._all_checks
            self._begin()
        elif key == "n":
            self._next()
        elif key == "h":
            self._tell([f" {line}" for line in _lines(aids.hint, self._kata, self._project)])
        elif key == "l":
            self._tell(list(report.listing(self._project.catalogue, self._standings())))
        elif key == "r":
            self._ask(key, f" Put the stub of {self._kata.id} back? What you wrote is kept. (y/n)")
        elif key == "v":
            self._ask(key, f" Show the reference and the checks of {self._kata.id}? It is recorded. (y/n)")

    def _ask(self, key: str, question: str) -> None:
        self._tell([question])
        self._asks = key

    def _tell(self, lines: list[str]) -> None:
        """Show something in the place of a verdict; a run that is going on is ended."""
        if self._run and self._run.begun:
            self._drop()
        self._terminal.show(["", *lines, ""])
        self._foot()

    def _put_back(self) -> None:
        try:
            kept = reset(self._project, self._kata)
        except (ProjectError, ProgressError) as error:
            self._tell([f" {error}"])
            return
        said = f"What you wrote is in {explain.shown(kept)}." if kept else "Nothing was written in it."
        told = f" {explain.shown(self._kata.stub)} is as it was handed out. {said}"
        self._note = (_content(self._kata.stub) or b"", ["", told])
        self._begin()

    def _reveal(self) -> None:
        self._tell(list(_lines(aids.reveal, self._kata, self._project)))

    # The terminal -----------------------------------------------------------------------------

    def _fit(self) -> None:
        """Draw everything anew, and let what waits know how wide the terminal is."""
        if self._terminal.fit() and self._run and not self._run.begun:
            self._drop()
            self._prepare()


def _lines(aid: Callable[..., Iterable[str]], kata: Kata, project: Project) -> Iterator[str]:
    try:
        yield from aid(kata, project)
    except (KataError, ProjectError) as error:
        yield str(error)


def _introduced(advice: Advice) -> Iterator[str]:
    """Say which kata is next, and how to begin."""
    kata = advice.kata
    todo = {
        "failing": "it fails so far: open",
        "due": "it is due for review: press r to put its stub back, and write it again in",
        "to do": "open",
    }
    yield f" Next: {kata.id}{report.cost(kata)}, {todo[advice.why]} {explain.shown(kata.stub)}"


def _menu(all_checks: bool) -> list[tuple[str, str]]:
    words = {**KEYS, "a": "first failure" if all_checks else "all checks"}
    return list(words.items())


def _written(kata: Kata) -> float:
    try:
        return kata.stub.stat().st_mtime
    except OSError:
        return 0.0


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
