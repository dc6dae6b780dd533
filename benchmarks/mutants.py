"""Small mutants of every reference, judged by the kata's checks: what no check notices is a hole in them.

A mutant that means the same as the reference is set aside, with the reason, in equivalents/<topic>.toml.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from benchmarks.many import ROOT, by_topic, each, selected
from benchmarks.mutate import Mutant, mutants
from pytest_torchkata.catalogue import KataError, facts
from pytest_torchkata.judge import Judge
from pytest_torchkata.kata import ANSWER, Kata
from pytest_torchkata.proof import Case, NotRun, Skipped, with_cases
from pytest_torchkata.sandbox import Launch, start_child

__all__ = ["judged", "mutable", "mutation"]

EQUIVALENTS = Path(__file__).parent / "equivalents"
RESULTS = ROOT / ".torchkata" / "mutants"
"""What is known of katas whose files are still the same: a run goes on where the last one ended."""
ALIVE = 0.05
"""The share of mutants that may be left, once the equivalent ones are set aside."""
_SECONDS = 3.0
"""For one case: a mutant may loop."""


@dataclass(frozen=True)
class Survivor:
    """A mutant that passes every check: the line that it changes, and how."""

    line: str
    mutant: str


@dataclass(frozen=True)
class Found:
    """How many mutants a kata's reference has, and those that no check rejects."""

    kata: str
    mutants: int
    survivors: tuple[Survivor, ...]
    reasons: Mapping[Survivor, str] = field(default_factory=dict)

    @property
    def set_aside(self) -> list[Survivor]:
        return [survivor for survivor in self.survivors if survivor in self.reasons]

    @property
    def alive(self) -> list[Survivor]:
        return [survivor for survivor in self.survivors if survivor not in self.reasons]

    @property
    def stale(self) -> list[Survivor]:
        """Reasons for mutants that are rejected, or that there are no more."""
        return [survivor for survivor in self.reasons if survivor not in self.survivors]


def mutation(names: Sequence[str]) -> bool:
    """Judge the mutants of the named katas and topics, or of all; say whether the checks hold."""
    katas = [kata for kata in selected(names) if mutable(kata)]
    todo = [kata for kata in katas if _known(kata) is None]
    for kata, result in each(judged, todo, done=len(katas) - len(todo)):
        survivors = [dataclasses.astuple(survivor) for survivor in result.survivors]
        known = {"of": _digest(kata), "mutants": result.mutants, "survivors": survivors}
        _results(kata).parent.mkdir(parents=True, exist_ok=True)
        _results(kata).write_text(json.dumps(known, indent=1))
    return _report([found for kata in katas if (found := _known(kata))])


def mutable(kata: Kata) -> bool:
    """Return whether a reference is code of its own, which one that only asks is not."""
    return facts(kata).kind != "predict"


def judged(kata: Kata, every: int = 1, launch: Launch = start_child) -> Found:
    """Judge every mutant of a kata's reference, or one in ``every``, on all cases until one rejects it.

    Raises ``NotRun`` where no check of the kata runs.
    """
    source = (kata.solution / "reference.py").read_text(encoding="utf-8")
    tried = mutants(source)[::every]
    survivors: list[Survivor] = []

    def use(judge: Judge, cases: Sequence[Case], skipped: Sequence[Skipped]) -> None:
        if not cases:
            raise NotRun(skipped[0].reason)
        expected = [judge.reference(case.check, case.seed) for case in cases]

        def passes(source: str) -> bool:
            stub.write_text(source, encoding="utf-8")
            for case, seen in zip(cases, expected, strict=True):
                check = dataclasses.replace(case.check, kata=answered, seconds=_SECONDS + 10 * seen.seconds)
                run = judge.run(check, case.seed, ANSWER, again=check.again)
                if judge.compare(check, seen, run).outcome != "passed":
                    return False
            return True

        if not passes(source):
            raise KataError(f"{kata.id}: its reference, in the place of an answer, is rejected itself")
        survivors.extend(_survivor(source, mutant) for mutant in tried if passes(mutant.source))

    with tempfile.TemporaryDirectory() as name:
        stub = Path(name, "katas", kata.id).with_suffix(".py")  # only what is in katas is the answer's
        stub.parent.mkdir(parents=True)
        answered = dataclasses.replace(kata, stub=stub)
        with_cases(kata, use, "--kata-seed=0", launch=launch)
    return Found(kata.id, len(tried), tuple(survivors), reasons(kata))


def reasons(kata: Kata) -> dict[Survivor, str]:
    """Return the mutants of a kata that mean the same as the reference, and why."""
    path = EQUIVALENTS / f"{kata.topic}.toml"
    if not path.is_file():
        return {}
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get(kata.name, [])
    return {Survivor(entry["line"], entry["mutant"]): entry["why"] for entry in entries}


def _results(kata: Kata) -> Path:
    return RESULTS / f"{kata.id}.json"


def _known(kata: Kata) -> Found | None:
    """Return what was found earlier, if the kata's files are still the same."""
    known = json.loads(_results(kata).read_text()) if _results(kata).is_file() else {}
    if known.get("of") != _digest(kata):
        return None
    survivors = tuple(Survivor(*pair) for pair in known["survivors"])
    return Found(kata.id, known["mutants"], survivors, reasons(kata))


def _survivor(source: str, mutant: Mutant) -> Survivor:
    return Survivor(source.splitlines()[mutant.lineno - 1].strip(), mutant.description)


def _digest(kata: Kata) -> str:
    files = ("reference.py", "checks.py", "kata.toml")
    return hashlib.sha256(b"".join((kata.solution / name).read_bytes() for name in files)).hexdigest()


def _report(found: Sequence[Found]) -> bool:
    """Print what is left, and a table by topic."""
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for kata in found:
        for survivor in dict.fromkeys(kata.alive):  # one line may have two that read alike
            console.print(f"\n# {kata.kata}: no check notices this mutant")
            console.print(f"[[{kata.kata.split('/')[1]}]]")
            console.print(f"line = {json.dumps(survivor.line, ensure_ascii=False)}")
            console.print(f"mutant = {json.dumps(survivor.mutant, ensure_ascii=False)}")
            console.print('why = ""')
        for survivor in kata.stale:
            console.print(f"\n# {kata.kata}: set aside, but rejected or gone: {survivor.mutant}")
            console.print(f"#    {survivor.line}")
    rows = {kata.kata: (kata.mutants, len(kata.set_aside), len(kata.alive)) for kata in found}
    by_topic(("mutants", "set aside", "alive", "share alive"), rows, lambda *sums: f"{_share(*sums):.1%}")
    total = [sum(column) for column in zip((0, 0, 0), *rows.values(), strict=True)]
    return _share(*total) <= ALIVE and not any(kata.stale for kata in found)


def _share(count: int, set_aside: int, alive: int) -> float:
    return alive / max(1, count - set_aside)
