"""Pages: templates with their style inside, which need neither a network nor a script."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import jinja2
from markupsafe import Markup

from pytest_torchkata.interview import minutes
from pytest_torchkata.report import mark, measure

__all__ = ["rendered"]


def rendered(template: str, **values: Any) -> str:
    """Return a page; raises ``jinja2.UndefinedError`` for a value that the template lacks."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pytest_torchkata"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "breakable": _breakable,
        "clock": minutes,
        "day": _day,
        "duration": _duration,
        "mark": mark,
        "measure": measure,
        "moment": datetime.fromisoformat,
        "percent": lambda score: f"{score:g} %",
    }
    return environment.get_template(template).render(**values)


def _day(at: datetime | date) -> str:
    """Return a day as it is written; of a time, the day by this machine's clock."""
    day = at.astimezone().date() if isinstance(at, datetime) else at
    return f"{day.day} {day:%b %Y}"


def _duration(minutes: float) -> str:
    whole = round(minutes)
    return f"{whole} min" if whole < 120 else f"{minutes / 60:.1f} h"


def _breakable(name: str) -> Markup:
    """Return an id that a narrow page may break between its words."""
    return Markup("").join(letter + Markup("<wbr>") if letter in "/_" else letter for letter in name)
