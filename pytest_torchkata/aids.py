"""Hints, reveals and the overview: what is shown instead of a run, and recorded."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from pytest_torchkata import clock, report
from pytest_torchkata.catalogue import api, facts
from pytest_torchkata.checks import question_text, snippets
from pytest_torchkata.interview import Interview, InterviewError
from pytest_torchkata.kata import REFERENCE, Job, Kata, Observed, Opaque
from pytest_torchkata.progress import ProgressError
from pytest_torchkata.project import Project
from pytest_torchkata.sandbox import Sandbox, SandboxError, default_model
from pytest_torchkata.summary import summarise

__all__ = ["hint", "progress", "reveal"]


def hint(kata: Kata, project: Project) -> Iterator[str]:
    """Show the next hint; after the last one, all of them again.

    Raises ``InterviewError`` in an interview without help.
    """
    store = project.store
    hints = facts(kata).hints
    try:
        taken = store.standing(kata.id).hints
    except ProgressError as error:
        taken = 0
        yield f"Hints taken before are not known: {error}"
    number = min(taken + 1, len(hints))
    _agree(kata, project, hint=number)
    yield f"Hint {number} of {len(hints)} for {kata.id}"
    yield ""
    yield from textwrap.wrap(hints[number - 1], report.WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""
    if number < len(hints):
        yield f"Another:  pytest --hint {kata.id}"
    else:
        yield f"That was the last one. The answer:  pytest --reveal {kata.id}"
    yield from _recorded(lambda: store.hinted(kata.id, number))


def reveal(kata: Kata, project: Project) -> Iterator[str]:
    """Show the reference and the checks; for a kata that is not solved, that is giving it up.

    Raises ``InterviewError`` in an interview without help.
    """
    _agree(kata, project)
    yield from report.reveal(kata)
    if "ANSWERS" in api(kata):
        yield from _truth(kata)
    yield from _recorded(lambda: project.store.revealed(kata.id))


def _agree(kata: Kata, project: Project, hint: int | None = None) -> None:
    """Write into an interview that a hint, or all, was asked for; raise if no help was agreed on."""
    interview = Interview.read(project.interview) if project.interview else None
    if interview is None or interview.finished:
        return
    if interview.terms.help == "off":
        raise InterviewError(
            "No hints and no reveals were agreed on for this interview. There are some again after  "
            "torchkata interview finish"
        )
    interview.add("help", clock.read(), kata=kata.id, hint=hint)


def _truth(kata: Kata) -> Iterator[str]:
    """Run the questions of a predict kata, whose answers stand nowhere."""
    sandbox = Sandbox(default_model())
    try:
        yield "# What the snippets give"
        yield ""
        for question in snippets(question_text(kata.solution)):
            run = sandbox.run(Job(kata, REFERENCE, "check_answer", {"question": question}))
            seen = run.values[question] if isinstance(run, Observed) else run
            yield f"{question}: {seen.text if isinstance(seen, Opaque) else repr(seen)}"
        yield ""
    except SandboxError as error:
        yield str(error)
    finally:
        sandbox.close()


def progress(project: Project) -> Iterator[str]:
    """Show how far everything is; where that is not known, the katas that there are."""
    try:
        yield from report.overview(summarise(project))
    except ProgressError as error:
        yield f"The record of progress cannot be read: {error}"
        yield from report.listing(project.catalogue, {})


def _recorded(write: object) -> Iterator[str]:
    assert callable(write)
    try:
        write()
    except ProgressError as error:
        yield f"This was not recorded: {error}"
