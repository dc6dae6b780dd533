"""The author's side: whether a kata's files hold together and its checks tell right from wrong.

The stub must fail, the reference and every right answer pass, and every wrong answer be rejected by the
check that is meant for it, in the way it is meant to show.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_torchkata import catalogue, compare, explain
from pytest_torchkata.catalogue import KataError, Mistake
from pytest_torchkata.checks import question_text, snippets
from pytest_torchkata.collect import surroundings
from pytest_torchkata.judge import Judge
from pytest_torchkata.kata import (
    ANSWER,
    EXAMPLES,
    REFERENCE,
    SCAN,
    Check,
    Job,
    Kata,
    Observed,
    Run,
    Subject,
    Verdict,
)
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
        quiet = ("-q", "--no-header", "-rN", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist")
        record = ("-p", "no:torchkata_record")
        with contextlib.redirect_stdout(io.StringIO()) as said:
            status = pytest.main([str(kata.stub), *quiet, *record, *arguments], plugins=[prover])
    except KataError as error:
        return [str(error)]
    if status == pytest.ExitCode.INTERRUPTED and prover.interrupted:
        raise KeyboardInterrupt
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not prover.ran:
        checks = f"{explain.shown(kata.solution)}/checks.py"
        return [f"{checks}: its checks cannot be run:\n{said.getvalue().strip()}"]
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
    if todo := list(_left_to_write(kata)):
        yield from todo  # and nothing else, which would be about words that do not stay
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


def _left_to_write(kata: Kata) -> Iterator[str]:
    """Name every place that still says TODO, as all of a new kata's skeleton does."""
    for path in (kata.stub, *(kata.solution / name for name in sorted(_FILES))):
        lines = path.read_bytes().decode(errors="replace").splitlines() if path.is_file() else []
        for number, line in enumerate(lines, start=1):
            if what := re.search(r"\bTODO\b:? *(.*)", line):
                yield f"{kata.id}: {explain.shown(path)}:{number} is left to write: {what[1] or line.strip()}"


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


@dataclass(frozen=True)
class _Case:
    """One case of a check, and what the reference shows in it."""

    check: Check
    seed: int
    expected: Observed

    @property
    def name(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.check.parameters.items())
        return f"{self.check.function}({values})"


@dataclass
class _Prover:
    """Takes the judge's place in a pytest run and tries every subject on every check."""

    kata: Kata
    problems: list[str] = field(default_factory=list)
    ran: bool = False
    interrupted: bool = False

    def __post_init__(self) -> None:
        self._cases: list[tuple[Check, int]] = []
        self._open: dict[Mistake, set[str]] = {}
        """The mistakes not rejected as meant, with what was seen instead."""
        self._unnoticed: list[Subject] = []
        """The reflexes that changed something, and that no check has rejected."""
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

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that it is the author who ends the run, and not an error in the checks."""
        self.interrupted = excinfo.type is KeyboardInterrupt

    def verdict(self, check: Check, seed: int) -> Verdict:
        """Note a case; it passes, whatever is found afterwards."""
        self._cases.append((check, seed))
        return Verdict("passed")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Try one subject after the other on all cases: a process serves only one, and takes its time."""
        done = yield
        self.ran = bool(self._cases)
        cases = list(self._expected())
        for name in ("", *catalogue.right_answers(self.kata)):
            self._must_pass(Subject("right", name) if name else REFERENCE, cases)
        for mistake in catalogue.mistakes(self.kata):
            self._must_reject(mistake, cases)
        # There is nothing to spoil in a kata that only asks.
        for reflex in REFLEXES if catalogue.api(self.kata) != ("ANSWERS",) else ():
            self._must_notice(Subject("reflex", reflex), cases)
        self._stub_passes = all(self._passes(self._run(case, ANSWER), case) for case in cases)
        return done

    def _expected(self) -> Iterator[_Case]:
        """Return the cases that the reference gets through, and what it shows."""
        for check, seed in self._cases:
            try:
                expected = self._judge.reference(check, seed)
            except KataError as error:
                self.problems.append(str(error))
                continue
            self._seconds += expected.seconds
            self._must_travel(check, expected)
            yield _Case(check, seed, expected)

    def _run(self, case: _Case, subject: Subject) -> Run:
        return self._judge.run(case.check, case.seed, subject)

    def _compared(self, run: Run, case: _Case) -> Verdict:
        return self._judge.compare(case.check, case.expected, run)

    def _passes(self, run: Run, case: _Case) -> bool:
        return self._compared(run, case).outcome == "passed"

    def _must_travel(self, check: Check, expected: Observed) -> None:
        for name, value in expected.values.items():
            if kind := compare.incomparable(value):
                where = f"{self.kata.id}: {check.function}"
                problem = f"{where} returns a {kind} as {name}, and its value is lost"
                self.problems += [problem] if problem not in self.problems else []

    def _must_pass(self, subject: Subject, cases: Iterable[_Case]) -> None:
        name = f"the right answer {subject.name}" if subject.name else "the reference, run again,"
        for case in cases:
            verdict = self._compared(self._run(case, subject), case)
            if verdict.outcome != "passed":
                where = f"{case.name} (seed {case.seed})"
                self.problems.append(f"{self.kata.id}: {name} fails {where}: {_reason(verdict)}")

    def _must_reject(self, mistake: Mistake, cases: Iterable[_Case]) -> None:
        seen = set()
        for case in [case for case in cases if case.check.function == mistake.check]:
            verdict = self._compared(self._run(case, Subject("wrong", mistake.name)), case)
            if verdict.outcome == "failed" and verdict.cause == mistake.shows:
                return
            if verdict.outcome != "passed":
                seen.add(f"{verdict.cause}: {_reason(verdict)}")
        self._open[mistake] = seen

    def _must_notice(self, reflex: Subject, cases: Iterable[_Case]) -> None:
        applied = False
        for case in cases:
            run = self._run(case, reflex)
            if not self._passes(run, case):
                return
            applied = applied or (isinstance(run, Observed) and run.applied)
        self._unnoticed += [reflex] if applied else []

    def _read_rules(self, judge: Judge) -> None:
        job = Job(self.kata, REFERENCE, check=SCAN, forbidden=catalogue.facts(self.kata).forbidden)
        run = judge.sandbox.run(job)
        assert isinstance(run, Observed)
        for name in run.values["names that torch does not have"]:
            self.problems.append(f"{self.kata.id}: kata.toml forbids {name}, which torch does not have")
        for rule in run.broken:
            place = f"{self.kata.id}: reference.py:{rule.line}"
            self.problems.append(f"{place} uses {rule.name}, which the kata forbids")

    def _run_examples(self, judge: Judge) -> None:
        job = Job(self.kata, REFERENCE, check=EXAMPLES, arguments={"text": _docstring(self.kata.stub)})
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
        for subject in self._unnoticed:
            yield f"{self.kata.id}: no check notices the reflex {subject.name!r} (see reflexes.py)"
        if self._stub_passes:
            yield f"{self.kata.id}: the stub passes; if it was solved, restore it before proving the kata"
        kind = catalogue.facts(self.kata).kind
        limit = max(_SLOW.get(self.kata.topic, 0.0), _SLOW.get(kind, _SECONDS))
        if self._seconds > limit:
            yield f"{self.kata.id}: the checks take {self._seconds:.1f} s, at most {limit:g} s are meant"


def _reason(verdict: Verdict) -> str:
    differences = [f"{d.name} {d.text}" for d in verdict.differences]
    return " | ".join([*differences, *verdict.lines])


def _docstring(path: Path) -> str:
    return ast.get_docstring(catalogue.parse(path)) or ""
