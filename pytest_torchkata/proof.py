"""The author's side: whether a kata's files hold together and its checks tell right from wrong.

The stub must fail, the reference and every right answer pass, and every wrong answer be rejected by the
check that is meant for it, in the way it is meant to show.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_torchkata import catalogue, compare, explain
from pytest_torchkata.catalogue import KataError, Mistake
from pytest_torchkata.checks import question_text, snippets
from pytest_torchkata.collect import surroundings
from pytest_torchkata.judge import Judge
from pytest_torchkata.kata import ANSWER, REFERENCE, Check, Job, Kata, Observed, Subject, Verdict
from pytest_torchkata.reflexes import REFLEXES

__all__ = ["prove"]

_FILES = {"kata.toml", "reference.py", "checks.py", "wrong.py", "right.py"}
_SLOW = {"training": 8.0, "perf": 8.0, "distributed": 8.0}
"""Seconds that the reference may take for all checks, by topic or kind."""
_SECONDS = 3.0
_HINTS = 3
_SENTENCE = 40
"""Characters below which a wrong answer's docstring cannot explain anything."""


def prove(kata: Kata, *arguments: str) -> list[str]:
    """Return what is wrong with a kata, in words; nothing if it holds.

    ``arguments`` go to the pytest run that resolves the kata's checks, such as ``--kata-isolation``.
    Without ``--gpu`` among them a kata that needs CUDA is read, and not run.
    """
    try:
        problems = list(_problems_on_paper(kata))
        if problems or (catalogue.facts(kata).kind == "gpu" and "--gpu" not in arguments):
            return problems
        prover = _Prover(kata)
        quiet = ("-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-p", "no:xdist")
        record = ("-p", "no:torchkata_record")
        status = pytest.main([str(kata.stub), *quiet, *record, *arguments], plugins=[prover])
    except KataError as error:
        return [str(error)]
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not prover.ran:
        return [f"{explain.shown(kata.solution)}/checks.py: its checks cannot be run (see above)"]
    return [*prover.problems, *prover.findings()]


# What can be read without running -----------------------------------------------------------------


def _problems_on_paper(kata: Kata) -> Iterator[str]:
    facts = catalogue.facts(kata)
    there = {path.name for path in kata.solution.iterdir() if path.name != "__pycache__"}
    for name in sorted(_FILES - {"right.py"} - there):
        yield f"{kata.id}: {name} is missing"
    for name in sorted(there - _FILES):
        yield f"{kata.id}: {name} does not belong into the solution's folder"
    if not kata.stub.is_file():
        yield f"{kata.id}: there is no stub {explain.shown(kata.stub)}"
    if not _FILES - {"right.py"} <= there or not kata.stub.is_file():
        return
    if len(facts.hints) < _HINTS or not all(hint.strip() for hint in facts.hints):
        yield f"{kata.id}: kata.toml needs {_HINTS} hints, from a nudge to nearly there"
    yield from _stub_problems(kata)
    yield from _check_problems(kata)
    yield from _mistake_problems(kata)
    is_bughunt = facts.kind == "bughunt"
    digest = catalogue.digest(kata.stub.read_bytes())
    if is_bughunt and facts.stub != digest:
        yield f'{kata.id}: kata.toml must tell the untouched stub: stub = "{digest}"'


def _stub_problems(kata: Kata) -> Iterator[str]:
    stub, reference = (catalogue.parse(path) for path in (kata.stub, kata.solution / "reference.py"))
    text = ast.get_docstring(stub) or ""
    if "ANSWERS" in catalogue.api(kata):
        yield from _question_problems(kata)
    elif ">>>" not in text:
        yield f"{kata.id}: the stub's docstring needs a worked example, with >>> and its output"
    wanted, found = _signatures(reference, catalogue.api(kata)), _signatures(stub, catalogue.api(kata))
    for name in wanted:
        if found.get(name) != wanted[name]:
            yield f"{kata.id}: the stub has {found.get(name, f'no {name}')}, the reference {wanted[name]}"


def _question_problems(kata: Kata) -> Iterator[str]:
    """Compare the snippets in the stub's comments, which the learner reads, with those that are run."""
    shown: dict[str, str] = {}
    comments: list[str] = []
    for line in kata.stub.read_text(encoding="utf-8").splitlines():
        if comment := re.match(r"    # (.*)", line):
            comments.append(comment[1])
        elif key := re.match(r'    "(\w+)":', line):
            shown[key[1]] = "\n".join(comments)
            comments = []
    if "check_answer" not in [check.name for check in _checks(kata)]:
        yield f"{kata.id}: checks.py needs check_answer(kata, question), one case for each question"
    asked = snippets(question_text(kata.solution))
    for name in [*asked, *(set(shown) - set(asked))]:
        if shown.get(name) != asked.get(name):
            yield f"{kata.id}: the stub's snippet for {name} is not the one in QUESTIONS"


def _signatures(tree: ast.Module, names: Iterable[str]) -> dict[str, str]:
    """Return the public functions and methods with their arguments, without annotations."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            found[node.name] = _signature(node, node.name)
        elif isinstance(node, ast.ClassDef) and node.name in names:
            found[node.name] = f"class {node.name}({', '.join(map(ast.unparse, node.bases))})"
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    name = f"{node.name}.{method.name}"
                    found[name] = _signature(method, name)
                elif isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    found[f"{node.name}()"] = _signature(method, node.name)
    return found


def _signature(function: ast.FunctionDef, name: str) -> str:
    class Bare(ast.NodeTransformer):
        def visit_arg(self, node: ast.arg) -> ast.arg:
            return ast.arg(node.arg)

    return f"{name}({ast.unparse(Bare().visit(function.args))})"


def _check_problems(kata: Kata) -> Iterator[str]:
    for check in _checks(kata):
        if not ast.get_docstring(check):
            yield f"{kata.id}: {check.name} needs a docstring that says what it looks at"


def _checks(kata: Kata) -> list[ast.FunctionDef]:
    body = catalogue.parse(kata.solution / "checks.py").body
    return [n for n in body if isinstance(n, ast.FunctionDef) and n.name.startswith("check_")]


def _mistake_problems(kata: Kata) -> Iterator[str]:
    known = catalogue.mistakes(kata)
    checks = [check.name for check in _checks(kata)]
    if (kata.solution / "right.py").is_file() and not catalogue.right_answers(kata):
        yield f"{kata.id}: right.py has no right answer, that is no class with @right above it"
    if not known:
        yield f"{kata.id}: wrong.py has no wrong answer, so nothing shows that the checks can fail"
    for mistake in known:
        if len(mistake.sentence) < _SENTENCE:
            yield f"{kata.id}: {mistake.name} in wrong.py needs a docstring for whoever made the mistake"
        if mistake.check not in checks:
            near = catalogue.closest(mistake.check, checks)
            hint = f", did you mean {near[0]}?" if near else ""
            yield f"{kata.id}: {mistake.name} names {mistake.check}, which is no check{hint}"


# What shows when the checks run -------------------------------------------------------------------


@dataclass
class _Prover:
    """Takes the judge's place in a pytest run and tries every subject on every check."""

    kata: Kata
    problems: list[str] = field(default_factory=list)
    ran: bool = False

    def __post_init__(self) -> None:
        self._open: dict[Mistake, set[str]] = {m: set() for m in catalogue.mistakes(self.kata)}
        """The mistakes not rejected as meant, with what was seen instead."""
        spoilable = catalogue.api(self.kata) != ("ANSWERS",)
        reflexes = [Subject("reflex", name) for name in REFLEXES if spoilable]
        self._passing: dict[Subject, bool] = dict.fromkeys(reflexes, False)
        """The reflexes that no check has rejected, and whether they changed anything."""
        self._stub_passes = True
        self._seconds = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take the place of the judge that has just been made, and try what needs no check."""
        around = session.config.stash.get(surroundings, None)
        if around is not None:
            self._judge: Judge = around.judge
            around.judge = self  # type: ignore[assignment]
            self._read_rules(self._judge)
            self._run_examples(self._judge)

    def verdict(self, check: Check, seed: int) -> Verdict:
        """Try every subject on a case of a check; the case itself passes, whatever is found."""
        self.ran = True
        try:
            expected = self._judge.reference(check, seed)
        except KataError as error:
            self.problems.append(str(error))
            return Verdict("passed")
        self._seconds += expected.seconds
        self._must_travel(check, expected)
        self._must_pass(check, seed, expected)
        self._must_fail(check, seed, expected)
        return Verdict("passed")

    def _must_travel(self, check: Check, expected: Observed) -> None:
        for name, value in expected.values.items():
            if kind := compare.incomparable(value):
                where = f"{self.kata.id}: {check.function}"
                problem = f"{where} returns a {kind} as {name}, and its value is lost"
                self.problems += [problem] if problem not in self.problems else []

    def _must_pass(self, check: Check, seed: int, expected: Observed) -> None:
        rights = [Subject("right", name) for name in catalogue.right_answers(self.kata)]
        for subject in (REFERENCE, *rights):
            verdict = self._judge.compare(check, expected, self._judge.run(check, seed, subject))
            if verdict.outcome != "passed":
                name = f"the right answer {subject.name}" if subject.name else "the reference, run again,"
                self.problems.append(
                    f"{self.kata.id}: {name} fails {_case(check)} (seed {seed}): {_reason(verdict)}"
                )

    def _must_fail(self, check: Check, seed: int, expected: Observed) -> None:
        for mistake in [m for m in self._open if m.check == check.function]:
            run = self._judge.run(check, seed, Subject("wrong", mistake.name))
            verdict = self._judge.compare(check, expected, run)
            if verdict.outcome == "failed" and verdict.cause == mistake.shows:
                del self._open[mistake]
            elif verdict.outcome != "passed":
                self._open[mistake].add(f"{verdict.cause}: {_reason(verdict)}")
        for subject in list(self._passing):
            run = self._judge.run(check, seed, subject)
            if self._judge.compare(check, expected, run).outcome != "passed":
                del self._passing[subject]
            elif isinstance(run, Observed) and run.applied:
                self._passing[subject] = True
        if self._stub_passes:
            run = self._judge.run(check, seed, ANSWER)
            self._stub_passes = self._judge.compare(check, expected, run).outcome == "passed"

    def _read_rules(self, judge: Judge) -> None:
        job = Job(self.kata, REFERENCE, check="", forbidden=catalogue.facts(self.kata).forbidden)
        run = judge.sandbox.run(job)
        assert isinstance(run, Observed)
        for name in run.values["names that torch does not have"]:
            self.problems.append(f"{self.kata.id}: kata.toml forbids {name}, which torch does not have")
        for rule in run.broken:
            place = f"{self.kata.id}: reference.py:{rule.line}"
            self.problems.append(f"{place} uses {rule.name}, which the kata forbids")

    def _run_examples(self, judge: Judge) -> None:
        job = Job(self.kata, REFERENCE, check="<examples>", arguments={"text": _docstring(self.kata.stub)})
        run = judge.sandbox.run(job)
        if not isinstance(run, Observed):
            reason = " ".join(explain.run(run, self.kata))
            self.problems.append(f"{self.kata.id}: the example in the stub: {reason}")
        elif run.values["failures"]:
            self.problems.append(f"{self.kata.id}: the example in the stub:\n{run.values['failures']}")

    def findings(self) -> Iterator[str]:
        """Say what is known only once every check has run."""
        for mistake, seen in self._open.items():
            but = f"; it gave {'; '.join(sorted(seen))}" if seen else ""
            yield f"{self.kata.id}: {mistake.check} does not reject {mistake.name} by {mistake.shows}{but}"
        for subject, applied in self._passing.items():
            if applied:
                yield f"{self.kata.id}: no check notices the reflex {subject.name!r} (see reflexes.py)"
        if self._stub_passes:
            yield f"{self.kata.id}: the stub passes; if it was solved, restore it before proving the kata"
        kind = catalogue.facts(self.kata).kind
        limit = max(_SLOW.get(self.kata.topic, 0.0), _SLOW.get(kind, _SECONDS))
        if self._seconds > limit:
            yield f"{self.kata.id}: the checks take {self._seconds:.1f} s, at most {limit:g} s are meant"


def _case(check: Check) -> str:
    values = ", ".join(f"{name}={value}" for name, value in check.parameters.items())
    return f"{check.function}({values})"


def _reason(verdict: Verdict) -> str:
    differences = [f"{d.name} {d.text}" for d in verdict.differences]
    return " | ".join([*differences, *verdict.lines])


def _docstring(path: Path) -> str:
    return ast.get_docstring(catalogue.parse(path)) or ""
