"""Every answer of every kata with many seeds: a verdict must not depend on the draw."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.many import by_topic, each, pytest_run, selected, solve
from pytest_torchkata.catalogue import facts, mistakes, right_answers
from pytest_torchkata.devices import DTYPES
from pytest_torchkata.kata import Kata
from pytest_torchkata.proof import prove

__all__ = ["stability"]


def stability(arguments: Sequence[str]) -> bool:
    """Prove the named katas and topics, or all, with many seeds; say whether all is as it must be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks stability")
    parser.add_argument("names", nargs="*", metavar="KATA|TOPIC")
    parser.add_argument("--seeds", type=int, default=20)
    asked = parser.parse_args(arguments)
    katas = selected(asked.names)
    rows = {}
    # One that only asks draws nothing: it is the same with every seed.
    drawing = [kata for kata in katas if facts(kata).kind != "predict"]
    for kata, found in each(partial(_proved, seeds=asked.seeds), drawing):
        answers = (1 + len(right_answers(kata)), len(mistakes(kata)))
        rows[kata.id] = (*answers, sum(answers) * asked.seeds, len(found))
        for problem in found:
            print(problem, flush=True)
    if not asked.names:
        _solved([kata for kata in katas if facts(kata).kind != "gpu"])
    columns = ("right answers", "wrong answers", "verdicts", "that are not as they must be", "share")
    by_topic(columns, rows, lambda _right, _wrong, verdicts, bad: f"{bad / verdicts:.2%}")
    return not any(bad for *_, bad in rows.values())


def _proved(kata: Kata, seeds: int) -> list[str]:
    return prove(kata, "--kata-seed=0", rounds=seeds)


def _solved(katas: Sequence[Kata]) -> None:
    """Run all katas solved, with every dtype; a run that fails ends the program, and says why."""
    with tempfile.TemporaryDirectory() as name:
        solve(katas, Path(name))
        for dtype in DTYPES:
            pytest_run(Path(name), "katas", "-p", "pytest_torchkata.plugin", "-n", "2", "--dtype", dtype)
            print(f"solved, with -n 2 and --dtype {dtype}: all pass")
