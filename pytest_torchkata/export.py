"""Files that tell of progress: a page to look at, JUnit's XML, a badge."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from pytest_torchkata.project import ProjectError
from pytest_torchkata.summary import Entry, Summary

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["badge", "html", "junit", "write"]

_MARK = "Written by torchkata report"
"""What every file of ours has near its beginning."""
_WITHIN = 1000
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(path: Path, text: str) -> None:
    """Write a file, over an earlier one of ours and over nothing else.

    Raises ``ProjectError`` if there is another file in its place, or it cannot be written.
    """
    try:
        if path.exists() and not _is_ours(path):
            raise ProjectError(
                f"{path} was not written by torchkata report, and was left as it is. Name another file, or "
                "move this one away."
            )
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be written: {error.strerror}. Name a file in a folder that there is and that "
            "you may write to."
        ) from error


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK.encode() in file.read(_WITHIN)


# A page -------------------------------------------------------------------------------------------


def html(summary: Summary) -> str:
    """Return the page.

    Raises ``ProjectError`` where what it is made with is not installed.
    """
    try:
        from pytest_torchkata import page
    except ModuleNotFoundError as error:
        raise ProjectError(
            f"The page is made with {error.name}, which is not installed:  "
            "pip install 'pytest-torchkata[report]'"
        ) from error
    return page.render(summary, mark=_MARK)


# XML ----------------------------------------------------------------------------------------------


def junit(summary: Summary) -> str:
    """Return a test case for each kata: passed if it is solved, skipped if it is to do.

    The time of a case is an estimate of what the kata took until it was first solved.
    """
    counts = {
        "tests": str(summary.total.katas),
        "failures": str(summary.total.failing),
        "errors": "0",
        "skipped": str(summary.total.to_do),
        "time": _seconds(sum(each.minutes for each in summary.entries)),
    }
    suites = ElementTree.Element("testsuites", {"name": "torchkata", **counts})
    at = f"{summary.at:%Y-%m-%dT%H:%M:%S}"
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "torchkata", **counts, "timestamp": at})
    for entry in summary.entries:
        _add_case(suite, entry)
    return _text(suites)


def _add_case(suite: Element, entry: Entry) -> None:
    standing, kata = entry.standing, entry.kata
    about = {"classname": kata.topic, "name": kata.name, "time": _seconds(entry.minutes)}
    case = ElementTree.SubElement(suite, "testcase", about)
    if standing.state == "failing":
        passing = f"{standing.passed} of {standing.checks} checks pass"
        message = _sound(f"{standing.failing}: {passing}" if standing.failing else passing)
        ElementTree.SubElement(case, "failure", {"message": message}).text = message
    elif standing.state == "to do":
        ElementTree.SubElement(case, "skipped", {"message": "to do"})


def _seconds(minutes: float) -> str:
    return f"{60 * minutes:.3f}"


def badge(summary: Summary) -> str:
    """Return a badge that says how many katas of all are solved."""
    label, value = "torchkata", f"{summary.total.solved}/{summary.total.katas}"
    left, right = (round(6.6 * len(text)) + 12 for text in (label, value))
    svg = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": str(left + right),
            "height": "20",
            "role": "img",
            "aria-label": f"{label}: {value} solved",
        },
    )
    ElementTree.SubElement(svg, "title").text = f"{label}: {value} solved"
    clip = ElementTree.SubElement(svg, "clipPath", {"id": "torchkata-badge"})
    ElementTree.SubElement(clip, "rect", {"width": str(left + right), "height": "20", "rx": "4"})
    ground = ElementTree.SubElement(svg, "g", {"clip-path": "url(#torchkata-badge)"})
    for x, width, fill in ((0, left, "#4a4f57"), (left, right, "#0b6b74")):
        about = {"x": str(x), "width": str(width), "height": "20", "fill": fill}
        ElementTree.SubElement(ground, "rect", about)
    font = {"font-family": "Verdana, DejaVu Sans, sans-serif", "font-size": "11", "text-anchor": "middle"}
    words = ElementTree.SubElement(svg, "g", {"fill": "#fff", **font})
    for text, middle, width in ((label, left / 2, left), (value, left + right / 2, right)):
        # As long as its field is, whatever the font: a badge is shown where Verdana may be missing.
        about = {"x": f"{middle:g}", "y": "14", "textLength": str(width - 12)}
        ElementTree.SubElement(words, "text", about).text = text
    return _text(svg)


def _text(root: Element) -> str:
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {_MARK} -->\n{text}\n'


def _sound(text: str) -> str:
    """Return text as XML may have it, where a record may have anything."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
