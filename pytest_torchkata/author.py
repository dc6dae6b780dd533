"""The skeleton of a new kata, which ``proof`` refuses until its author has filled it in."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from pytest_torchkata.catalogue import KataError
from pytest_torchkata.practice import write_new
from pytest_torchkata.project import Project, ProjectError, around, settings

__all__ = ["new"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_STUB = '''\
"""TODO: the title

TODO: the statement: what to write, with shapes and dtypes, so that nobody has to guess.

Rules
    - TODO: what must hold, and what may not be used; or drop this section.

Why it is asked: TODO: what it shows.

Example
    >>> {name}(torch.tensor([1.0, 2.0]))
    TODO: what this gives
"""

import torch
from torch import Tensor


def {name}(x: Tensor) -> Tensor:
    raise NotImplementedError
'''

_TOML = """\
title = "TODO: the stub's first line"
kind = "implement"  # TODO: or bughunt, predict, perf, distributed, gpu
level = "medium"    # TODO: or warmup, easy, hard, expert
minutes = 20        # TODO: for somebody who has written it before
tags = []
# Dotted names of torch that an answer may not use, such as "torch.nn.functional.softmax".
forbidden = []
hints = [
    "TODO: a question that leads to the idea.",
    "TODO: where to look, and what for.",
    "TODO: nearly the answer, in words.",
]
"""

_REFERENCE = """\
import torch
from torch import Tensor


def {name}(x: Tensor) -> Tensor:
    # TODO: the answer that you would give in the interview.
    raise NotImplementedError
"""

_CHECKS = '''\
import pytest

# Also from here: torch, nn, F, np, raises, requirement. Listing katas must not load torch.
from pytest_torchkata.checks import torch


def check_shape(kata, given):
    """TODO: what this looks at, the simplest first."""
    return {{"out": kata.{name}(given.normal(3, 2))}}


@pytest.mark.parametrize("size", [(4,), (2, 3)])
def check_gradient(kata, given, size):
    """TODO: what this looks at."""
    x = given.normal(*size, requires_grad=True)
    out = kata.{name}(x)
    given.backward(out)
    return {{"out": out, "x.grad": x.grad}}
'''

_WRONG = '''\
from pytest_torchkata.checks import wrong

from . import reference  # its classes and functions, to change one thing in them


@wrong("check_gradient")
class TODO:  # a name that says what is done wrong
    """TODO: what one probably thought, what happens instead, and where to look."""

    def {name}(x):
        return x  # TODO: a mistake that people make
'''


def new(start: Path, kata_id: str) -> list[Path]:
    """Write the skeleton of a kata into the project around ``start``; return the files.

    The directory becomes a project if it is none. Raises ``KataError`` for an id that cannot be, and
    ``ProjectError`` where no kata can be added.
    """
    topic, name = _parts(kata_id)
    project = around(start)
    _check_place(project, topic, name)
    stubs, solutions = project.catalogue.stubs, project.catalogue.solutions / topic / name
    files = {
        stubs / topic / f"{name}.py": _STUB,
        solutions / "kata.toml": _TOML,
        solutions / "reference.py": _REFERENCE,
        solutions / "checks.py": _CHECKS,
        solutions / "wrong.py": _WRONG,
    }
    contents = {path: text.format(name=name) for path, text in files.items()}
    if settings(project.root) is None:
        contents = {project.root / "pytest.ini": "[pytest]\ntestpaths = katas\n", **contents}
    write_new(project.root, {str(path): text.encode() for path, text in contents.items()})
    return list(contents)


def _parts(kata_id: str) -> tuple[str, str]:
    """Return topic and name, both of which must be importable."""
    parts = kata_id.split("/")
    if len(parts) != 2:
        raise KataError(f"{kata_id!r} is no id of a kata: write topic/name, as in losses/focal_loss.")
    for part in parts:
        if not _NAME.fullmatch(part) or keyword.iskeyword(part):
            raise KataError(
                f"{part!r} in {kata_id!r} cannot be imported as a module of ours: use lower-case letters, "
                "digits and underscores, begin with a letter, and use no word of Python's own."
            )
    return parts[0], parts[1]


def _check_place(project: Project, topic: str, name: str) -> None:
    if project.is_practice:
        raise ProjectError(
            f"{project.root} is a practice directory: its katas come with pytest-torchkata, and there is no "
            "place for solutions. Add a kata in a clone, or in a directory of your own."
        )
    stub = project.catalogue.stubs / topic / f"{name}.py"
    solution = project.catalogue.solutions / topic / name
    for path in (stub, solution):
        if path.exists():
            raise ProjectError(f"There is {path} already, and nothing is overwritten. Choose another name.")
