"""The page of ``torchkata report --html``: one file, with its style and its plots inside.

What it shows is counted in the summary; here it is only laid out. The plots have classes and no colours,
so that the page's style sheet holds for them as well, by day, by night and on paper.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pygal
from markupsafe import Markup
from pygal.style import Style

from pytest_torchkata.summary import PAUSE, Entry, Summary, Tally
from pytest_torchkata.templating import rendered

__all__ = ["render"]

# pygal leaves a finder of its plugins behind, of a kind that Python warns of at every import that fails.
sys.meta_path[:] = [each for each in sys.meta_path if not type(each).__module__.startswith("pygal")]

_WIDTH = 360
"""Of a plot, in units that are pixels on a phone: on a wider page it is drawn larger, letters and all."""
_ROW = 21
_STEPS = (5, 10, 15, 30, 60, 120, 240, 480, 960)
"""Minutes from one label of an axis to the next."""
_LATEST = 10
_MISTAKES = 8
_INTERVIEWS = 5
_COMING = 6
_FROM = (1, 3, 6, 10)
"""From how many runs on a day of the calendar has which size."""
_NOT_SHOWN = {"background", "titles", "legends", "plot overlay", "plot text-overlay", "plot tooltip-overlay"}
"""What pygal draws for its script, and what the page has outside of a plot."""


def render(summary: Summary, *, mark: str) -> str:
    """Return the page; ``mark`` says near its beginning who wrote it."""
    timed = [each for each in summary.entries if each.standing.solved_at and each.facts and each.minutes]
    timed.sort(key=lambda each: each.standing.solved_at or summary.at)
    coming = [each for each in summary.entries if each.standing.due_at and not each.due]
    coming.sort(key=lambda each: each.standing.due_at or summary.at)
    return rendered(
        "progress.html",
        mark=mark,
        summary=summary,
        met=[each for each in summary.entries if each.met],
        minutes=sum(summary.practice.minutes.values()),
        pause=PAUSE // timedelta(minutes=1),
        topics=_tallies(summary.topics, "Katas solved by topic"),
        levels=_tallies(summary.levels, "Katas solved by level"),
        budget=_budget(timed[-_LATEST:]) if timed else None,
        weeks=_weeks(summary.practice.weeks),
        calendar=list(_calendar(summary)),
        months=list(_months(summary.practice.weeks)),
        sizes=_FROM,
        coming=coming[:_COMING],
        more_coming=len(coming[_COMING:]),
        mistakes=summary.mistakes[:_MISTAKES],
        more_mistakes=len(summary.mistakes[_MISTAKES:]),
        interviews=summary.interviews[:_INTERVIEWS],
        more_interviews=len(summary.interviews[_INTERVIEWS:]),
    )


# The calendar -------------------------------------------------------------------------------------


class _Cell(NamedTuple):
    day: date
    runs: int
    size: int
    """From 0 for a day without runs to 4."""


def _calendar(summary: Summary) -> Iterator[tuple[str, list[_Cell | None]]]:
    """Return for each weekday its name, and its days week by week; None for those to come."""
    today = summary.at.astimezone().date()
    for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        days = [monday + timedelta(days=number) for monday in summary.practice.weeks]
        yield name, [_cell(day, summary.practice.runs.get(day, 0)) if day <= today else None for day in days]


def _cell(day: date, runs: int) -> _Cell:
    return _Cell(day, runs, sum(runs >= least for least in _FROM))


def _months(weeks: Mapping[date, float]) -> Iterator[str]:
    """Return for each week the month that begins in it, if one does."""
    for monday in weeks:
        begins = [day for n in range(7) if (day := monday + timedelta(days=n)).day == 1]
        yield f"{begins[0]:%b}" if begins else ""


# Plots --------------------------------------------------------------------------------------------


def _tallies(tallies: Mapping[str, Tally], about: str) -> Markup:
    """Draw how many katas are solved, failing and to do, with the numbers beside the names."""
    chart = _rows(pygal.HorizontalStackedBar, [f"{name} {t.solved}/{t.katas}" for name, t in tallies.items()])
    for state in ("solved", "failing", "to do"):
        values = [getattr(each, state.replace(" ", "_")) for each in tallies.values()]
        chart.add(state, [*reversed(values)], formatter=lambda value, state=state: f"{value:g} {state}")
    return _drawn(chart, about)


def _budget(entries: Sequence[Entry]) -> Markup:
    """Draw what katas took, above what they may take."""
    names = [each.kata.name for each in reversed(entries)]
    chart = _rows(pygal.HorizontalBar, names, height=28, axis=True)
    budgets = [each.facts.minutes if each.facts else 0 for each in entries]
    took = [each.minutes for each in entries]
    chart.y_labels = _steps(max(budgets + took))
    # In a row the first series is on top.
    chart.add("budget", budgets, formatter=lambda value: f"budget {value:g} min")
    chart.add("took", took, formatter=lambda value: f"took {value:.0f} min")
    return _drawn(chart, "Minutes that the katas solved last took, and their budgets")


def _rows(kind: Any, names: Sequence[str], *, height: int = _ROW, axis: bool = False) -> Any:
    """Return a chart with a row for each name, the first on top."""
    size = height * len(names) + (30 if axis else 4)
    chart = _chart(kind, height=size, show_x_labels=axis, show_y_guides=axis)
    chart.x_labels = [*reversed(names)]
    return chart


def _weeks(weeks: Mapping[date, float]) -> Markup:
    """Draw how many minutes were practised in each week."""
    chart = _chart(pygal.Bar, height=190, show_minor_x_labels=False, truncate_label=8, show_y_guides=True)
    chart.x_labels = [f"{monday.day} {monday:%b}" for monday in weeks]
    chart.x_labels_major = chart.x_labels[::6]
    chart.y_labels = _steps(max(weeks.values()))
    chart.add("minutes", list(weeks.values()), formatter=lambda value: f"{value:.0f} min")
    return _drawn(chart, "Minutes practised in each of the last 26 weeks")


def _steps(most: float) -> list[int]:
    """Return round minutes from 0 to what is the most or just above, few enough for an axis."""
    size = next((each for each in _STEPS if most <= 4 * each), _STEPS[-1])
    return [*range(0, math.ceil(max(most, 1) / size) * size + 1, size)]


def _chart(kind: Any, **options: Any) -> Any:
    style = Style(label_font_size=12, major_label_font_size=12)
    known = {"width": _WIDTH, "margin": 2, "show_legend": False, "style": style, "css": (), "js": ()}
    return kind(**known, **options)


def _drawn(chart: Any, about: str) -> Markup:
    """Return a chart as an element of the page."""
    root = ElementTree.fromstring(chart.render())  # noqa: S314 (drawn just now)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    plot = ElementTree.Element(
        "svg", {"viewBox": root.attrib["viewBox"], "class": "plot", "role": "img", "aria-label": about}
    )
    plot.extend(child for child in root if child.tag == "g")
    _clean(plot)
    return Markup(ElementTree.tostring(plot, encoding="unicode"))  # noqa: S704 (whose texts are escaped)


def _clean(element: ElementTree.Element) -> None:
    """Take out what is for a script, and let each bar say its number to a pointer."""
    said = {child.get("class"): child.text for child in element if child.tag == "desc"}
    for child in [*element]:
        if child.tag in ("desc", "title") or child.get("class") in _NOT_SHOWN:
            element.remove(child)
        else:
            _clean(child)
    if "value" in said:
        words = (said.get("x_label"), said["value"])
        ElementTree.SubElement(element, "title").text = ": ".join(filter(None, words))
