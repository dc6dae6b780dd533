"""What came of many submissions: a scorecard for each, and one table of all."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_torchkata import scorecard
from pytest_torchkata.interview import InterviewError
from pytest_torchkata.packs import Graded, Pack
from pytest_torchkata.project import Project
from pytest_torchkata.report import mark
from pytest_torchkata.scorecard import RULE, Card

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["Row", "rows", "table", "write"]

_FORMAT, _VERSION = "torchkata grades", 1


@dataclass(frozen=True)
class Row:
    """One submission."""

    name: str
    card: Card | None
    """None where it could not be read."""
    trouble: str
    page: str
    """Where its scorecard is, from the table; empty where there is none."""


def rows(project: Project, asked: Pack, graded: Sequence[Graded], device: str) -> list[Row]:
    """Return the submissions with their scorecards, the best first."""
    found = []
    for number, each in enumerate(graded, 1):
        if each.trouble:
            found.append(Row(each.name, None, each.trouble, ""))
            continue
        card = scorecard.made(
            project.catalogue,
            each.katas,
            {},
            id=asked.id,
            minutes=asked.minutes,
            seed=asked.seed,
            device=device,
            name=each.name,
        )
        found.append(Row(each.name, card, "", f"scorecards/{number:03}-{_safe(each.name)}.html"))
    return sorted(found, key=lambda row: (row.card is None, -(row.card.score if row.card else 0)))


def _safe(name: str) -> str:
    """Return a name as it can be in the name of a file everywhere."""
    return re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.")[:80] or "submission"


def write(place: Path, asked: Pack, found: Sequence[Row]) -> None:
    """Write the scorecards and the table, as JSON and as a page, into a directory.

    Raises ``InterviewError`` if it cannot be.
    """
    from pytest_torchkata.templating import rendered

    for row in found:
        if row.card is not None:
            page = place / row.page
            scorecard.write(row.card, page.parent, page.stem)
    data = {
        "format": _FORMAT,
        "version": _VERSION,
        "pack": asdict(asked),
        "rule": RULE,
        "submissions": [{**vars(row), "card": asdict(row.card) if row.card else None} for row in found],
    }
    text = rendered(
        "grades.html",
        mark="torchkata interview",
        title=asked.title,
        katas=asked.katas,
        rows=found,
        rule=RULE,
    )
    try:
        (place / "grades.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
        (place / "grades.html").write_text(text, encoding="utf-8")
    except OSError as error:
        raise InterviewError(f"The grades cannot be written into {place}: {error}") from error


def table(asked: Pack, found: Sequence[Row]) -> Table:
    """Return the table of all submissions."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("submission", "score", "solved", *asked.katas):
        drawn.add_column(
            Text(name), justify="right" if name in ("score", "solved") else "left", overflow="fold"
        )
    for row in found:
        if row.card is None:
            drawn.add_row(Text(row.name), "–", "–", Text(row.trouble, "yellow"))
            continue
        marks = (
            f"{mark(kata.verdict)} {kata.passed} of {kata.checks}" if kata.checks else kata.verdict
            for kata in row.card.katas
        )
        solved = f"{row.card.solved} of {len(row.card.katas)}"
        drawn.add_row(Text(row.name), f"{row.card.score:g} %", solved, *map(Text, marks))
    return drawn
