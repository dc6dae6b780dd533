"""The author's side: whether a kata's files hold together and its checks tell right from wrong.

The stub must fail, the reference and every right answer pass, and every wrong answer be rejected by the
check that is meant for it, in the way it is meant to show.
"""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_torchkata import catalogue, compare, explain, report
from pytest_torchkata.catalogue import KataError, Mistake
from pytest_torchkata.checks import question_text, snippets
from pytest_torchkata.collect import launching, surroundings
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
from pytest_torchkata.sandbox import Launch, start_child

__all__ = ["Case", "NotRun", "Skipped", "prove", "with_cases"]

_FILES = {"kata.toml", "reference.py", "checks.py", "wrong.py", "right.py"}
_SLOW = {"training": 8.0, "perf": 8.0, "distributed": 8.0, "data": 8.0, "deployment": 8.0, "gpu": 60.0}
"""Seconds that the reference may take for all checks, by topic or kind: what trains, measures,
starts processes or compiles, most of all for a GPU. An idle machine takes a fraction of them."""
_SECONDS = 3.0
_HINTS = 3
_SENTENCE = 40
"""Characters below which a wrong answer's docstring cannot explain anything."""


class NotRun(KataError):
    """No check of a kata runs here; the text says what it needs."""


def prove(
    kata: Kata,
    *arguments: str,
    rounds: int = 1,
    launch: Launch = start_child,
    untried: dict[str, list[str]] | None = None,
) -> list[str]:
    """Return what is wrong with a kata, in words; nothing if it holds.

    ``arguments`` go to the pytest run that resolves the kata's checks, such as ``--kata-seed``. With
    more ``rounds`` than one everything is tried again with the seeds that follow, and must come out the same.
    ``launch`` starts the processes in which answers run. ``untried`` gets what cannot be decided, since the
    cases that would have to reject it do not run here, by what these need. Raises ``NotRun`` if there is
    nothing wrong with what can be read, and no check runs here.
    """
    prover = _Prover(kata, rounds, untried={} if untried is None else untried)
    try:
        if problems := list(_problems_on_paper(kata)):
            return problems
        with_cases(kata, prover.attempt, *arguments, launch=launch)
    except NotRun:
        raise
    except KataError as error:
        return [str(error)]
    return prover.problems


def with_cases(
    kata: Kata,
    use: Callable[[Judge, Sequence[Case], Sequence[Skipped]], None],
    *arguments: str,
    launch: Launch = start_child,
) -> None:
    """Resolve the checks of a kata in a pytest run, and call ``use`` with its judge and all cases.

    Raises ``KataError`` if the checks cannot be run.
    """
    cases = _Cases(use, launch)
    quiet = ("-q", "--no-header", "-rN", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist")
    # We are imported already, and there is nothing in us that pytest should explain.
    record = ("-p", "no:torchkata_record", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    with contextlib.redirect_stdout(io.StringIO()) as said:
        pytest.main([str(kata.stub), *quiet, *record, *arguments], plugins=[cases])
    if cases.error is not None:
        raise cases.error
    if not cases.done:
        checks = f"{explain.shown(kata.solution)}/checks.py"
        raise KataError(f"{checks}: its checks cannot be run:\n{said.getvalue().strip()}")


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
class Case:
    """One case of a check: what it is called with, and the seed of the run that draws its inputs."""

    check: Check
    seed: int

    def __str__(self) -> str:
        return f"{self.check.function}({report.case(self.check.parameters)}){_drawn(self.seed)}"


@dataclass(frozen=True)
class Skipped:
    """A case that does not run here."""

    function: str
    title: str
    case: str
    reason: str


@dataclass
class _Cases:
    """Takes the judge's place in a pytest run, and notes what it is asked."""

    use: Callable[[Judge, Sequence[Case], Sequence[Skipped]], None]
    launch: Launch
    error: BaseException | None = None
    done: bool = False

    def __post_init__(self) -> None:
        self._cases: list[Case] = []
        self._skipped: list[Skipped] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        """Say how children are started."""
        config.stash[launching] = self.launch

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Take the place of the judge that has just been made."""
        around = session.config.stash.get(surroundings, None)
        if around is not None:
            self._judge: Judge = around.judge
            around.judge = self  # type: ignore[assignment]

    def verdict(self, check: Check, seed: int) -> Verdict:
        """Note a case; it passes, whatever is found afterwards."""
        self._cases.append(Case(check, seed))
        return Verdict("passed")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what does not run here."""
        data = getattr(report, "torchkata", None)
        if data and isinstance(report.longrepr, tuple):
            reason = report.longrepr[2].removeprefix("Skipped: ")
            function = report.nodeid.rpartition("::")[2].partition("[")[0]
            self._skipped.append(Skipped(function, data["title"], data["case"], reason))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Hand over judge and cases while the judge's children are there."""
        result = yield
        if self._cases or self._skipped:
            try:
                self.use(self._judge, self._cases, self._skipped)
                self.done = True
            except (KataError, KeyboardInterrupt) as error:
                self.error = error
        return result

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that it is the author who ends the run, and not an error in the checks."""
        if excinfo.type is KeyboardInterrupt:
            self.error = excinfo.value


@dataclass(frozen=True)
class _Expected:
    """A case, and what the reference shows in it."""

    case: Case
    seen: Observed


_Rounds = Sequence[Sequence[_Expected]]


@dataclass
class _Prover:
    """Tries every subject on every case, one after the other: a process serves only one."""

    kata: Kata
    rounds: int
    problems: list[str] = field(default_factory=list)
    untried: dict[str, list[str]] = field(default_factory=dict)

    def attempt(self, judge: Judge, cases: Sequence[Case], skipped: Sequence[Skipped]) -> None:
        """Note as ``problems`` what does not hold; raises ``NotRun`` if no check runs here."""
        if not cases:
            raise NotRun(skipped[0].reason)
        self._judge = judge
        self._skipped = skipped
        self._read_rules()
        self._run_examples(cases)
        rounds = [list(self._expected(cases, number)) for number in range(self.rounds)]
        for name in ("", *catalogue.right_answers(self.kata)):
            self._must_pass(Subject("right", name) if name else REFERENCE, rounds)
        for mistake in catalogue.mistakes(self.kata):
            self._must_reject(mistake, rounds)
        # There is nothing to spoil in a kata that only asks.
        for reflex in REFLEXES if catalogue.api(self.kata) != ("ANSWERS",) else ():
            self._must_notice(Subject("reflex", reflex), rounds)
        self._stub_must_fail(rounds)
        self._must_be_quick(rounds[0])

    def _leave(self, what: str, reason: str) -> None:
        """Note what is not decided here."""
        self.untried.setdefault(reason, []).append(what)

    def _expected(self, cases: Sequence[Case], number: int) -> Iterator[_Expected]:
        """Return the cases of a round that the reference gets through, and what it shows."""
        for first in cases:
            case = Case(first.check, first.seed + number)
            try:
                expected = self._judge.reference(case.check, case.seed)
            except KataError as error:
                self.problems.append(str(error))
                continue
            self._must_travel(case.check, expected)
            yield _Expected(case, expected)

    def _run(self, case: Case, subject: Subject) -> Run:
        return self._judge.run(case.check, case.seed, subject)

    def _compared(self, run: Run, expected: _Expected) -> Verdict:
        return self._judge.compare(expected.case.check, expected.seen, run)

    def _must_travel(self, check: Check, expected: Observed) -> None:
        for name, value in expected.values.items():
            if kind := compare.incomparable(value):
                where = f"{self.kata.id}: {check.function}"
                problem = f"{where} returns a {kind} as {name}, and its value is lost"
                self.problems += [problem] if problem not in self.problems else []

    def _must_pass(self, subject: Subject, rounds: _Rounds) -> None:
        name = f"the right answer {subject.name}" if subject.name else "the reference, run again,"
        for expected in itertools.chain.from_iterable(rounds):
            verdict = self._compared(self._run(expected.case, subject), expected)
            if verdict.outcome != "passed":
                self.problems.append(f"{self.kata.id}: {name} fails {expected.case}: {_reason(verdict)}")

    def _must_reject(self, mistake: Mistake, rounds: _Rounds) -> None:
        for cases in rounds:
            seen = set()
            for expected in [each for each in cases if each.case.check.function == mistake.check]:
                verdict = self._compared(self._run(expected.case, Subject("wrong", mistake.name)), expected)
                if verdict.outcome == "failed" and verdict.cause == mistake.shows:
                    break
                if verdict.outcome != "passed":
                    seen.add(f"{verdict.cause}: {_reason(verdict)}")
            else:
                # The case that rejects it may be one of those that do not run here.
                if absent := [each for each in self._skipped if each.function == mistake.check]:
                    self._leave(mistake.name, absent[0].reason)
                    return
                but = f"; it gave {'; '.join(sorted(seen))}" if seen else ""
                seed = _drawn(cases[0].case.seed) if cases else ""
                says = f"{mistake.check}{seed} does not reject {mistake.name} by {mistake.shows}{but}"
                self.problems.append(f"{self.kata.id}: {says}")

    def _must_notice(self, reflex: Subject, rounds: _Rounds) -> None:
        for cases in rounds:
            applied = False
            for expected in cases:
                run = self._run(expected.case, reflex)
                if self._compared(run, expected).outcome != "passed":
                    break
                applied = applied or (isinstance(run, Observed) and run.applied)
            else:
                if applied and self._skipped:
                    self._leave(f"the reflex {reflex.name!r}", self._skipped[0].reason)
                    return
                if applied:
                    seed = _drawn(cases[0].case.seed)
                    what = f"no check notices the reflex {reflex.name!r} (see reflexes.py){seed}"
                    self.problems.append(f"{self.kata.id}: {what}")
                    return

    def _stub_must_fail(self, rounds: _Rounds) -> None:
        for cases in rounds:
            runs = ((self._run(each.case, ANSWER), each) for each in cases)
            if all(self._compared(run, each).outcome == "passed" for run, each in runs):
                if self._skipped:
                    self._leave("the stub", self._skipped[0].reason)
                    return
                what = "the stub passes; if it was solved, restore it before proving the kata"
                self.problems.append(f"{self.kata.id}: {what}")
                return

    def _must_be_quick(self, cases: Sequence[_Expected]) -> None:
        seconds = sum(expected.seen.seconds for expected in cases)
        kind = catalogue.facts(self.kata).kind
        limit = max(_SLOW.get(self.kata.topic, 0.0), _SLOW.get(kind, _SECONDS))
        if seconds > limit:
            what = f"the checks take {seconds:.1f} s, at most {limit:g} s are meant"
            self.problems.append(f"{self.kata.id}: {what}")

    def _read_rules(self) -> None:
        job = Job(self.kata, REFERENCE, check=SCAN, forbidden=catalogue.facts(self.kata).forbidden)
        run = self._judge.sandbox.run(job)
        assert isinstance(run, Observed)
        for name in run.values["names that torch does not have"]:
            self.problems.append(f"{self.kata.id}: kata.toml forbids {name}, which torch does not have")
        for rule in run.broken:
            place = f"{self.kata.id}: reference.py:{rule.line}"
            self.problems.append(f"{place} uses {rule.name}, which the kata forbids")

    def _run_examples(self, cases: Sequence[Case]) -> None:
        text = _docstring(self.kata.stub)
        lines = [line.strip() for line in text.splitlines()]
        device = "cpu"
        if any(line.startswith((">>>", "...")) and "cuda" in line for line in lines):
            device = next((c.check.device for c in cases if c.check.device.startswith("cuda")), "")
        if not device:
            self._leave("the example in the stub", "needs CUDA")
            return
        job = Job(self.kata, REFERENCE, check=EXAMPLES, arguments={"text": text}, device=device)
        run = self._judge.sandbox.run(job)
        if not isinstance(run, Observed):
            reason = " ".join(explain.run(run, self.kata))
            self.problems.append(f"{self.kata.id}: the example in the stub: {reason}")
        elif run.values["failures"]:
            self.problems.append(f"{self.kata.id}: the example in the stub:\n{run.values['failures']}")


def _drawn(seed: int) -> str:
    return f" with --kata-seed {seed}"


def _reason(verdict: Verdict) -> str:
    differences = [f"{d.name} {d.text}" for d in verdict.differences]
    return " | ".join([*differences, *verdict.lines])


def _docstring(path: Path) -> str:
    return ast.get_docstring(catalogue.parse(path)) or ""
