"""Miniature projects for pytester: a clone with small katas, good and broken."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import ClassVar

import numpy  # noqa: F401 (a run in this process must not be the first to import it)
import pytest
from typer.testing import CliRunner

from pytest_torchkata import grading, sandbox
from pytest_torchkata.cli import app
from pytest_torchkata.warm import Warm

pytest_plugins = ["pytester"]

STUB = '''
"""Double a tensor

Return twice x, for a floating tensor of any shape.

    >>> double(torch.tensor([1.0, 2.0]))
    tensor([2., 4.])
"""

import torch


def double(x):
    raise NotImplementedError
'''

TOML = """
title = "Double a tensor"
kind = "implement"
level = "easy"
minutes = 5
hints = ["What is twice something?", "There is an operator for that.", "x times two."]
"""

REFERENCE = """
import torch


def double(x):
    return 2 * x
"""

CHECKS = '''
import pytest


def check_shape(kata, given):
    """The result has the shape of x."""
    return {"shape": tuple(kata.double(given.normal(3, 2)).shape)}


@pytest.mark.parametrize("size", [(4,), (2, 3)])
def check_value(kata, given, size):
    """The value and the gradient."""
    x = given.normal(*size, requires_grad=True)
    out = kata.double(x)
    out.sum().backward()
    return {"out": out, "x.grad": x.grad}
'''

WRONG = '''
from pytest_torchkata.checks import wrong


@wrong("check_value")
class Squares:
    """This squares x. Twice a number and its square agree at 2 and nowhere else that matters."""

    def double(x):
        return x * x
'''


PREDICT = {
    "toml": TOML.replace("implement", "predict"),
    "stub": """
'Say what each snippet gives'

ANSWERS = {"sum": ..., "dtype": ..., "shape": ...}
""",
    "reference": """
from pytest_torchkata.checks import truth

QUESTIONS = '''
sum:
    torch.arange(4).sum().item()
dtype:
    torch.arange(4).dtype
shape:
    x = torch.zeros(2, 3)
    tuple(x.t().shape)
'''
ANSWERS = truth(QUESTIONS)
""",
    "checks": """
import pytest

from pytest_torchkata.checks import questions


@pytest.mark.prediction
@pytest.mark.parametrize("question", questions(__file__))
def check_answer(kata, question):
    '''The value of the snippet's last line.'''
    return {question: kata.ANSWERS.get(question, ...)}
""",
    "wrong": "",
}


class Project:
    """A project with katas, in pytester's directory."""

    def __init__(self, pytester):
        self.pytester = pytester
        self.path = pytester.path
        self.ini("-p no:cacheprovider")

    def ini(self, options="", **settings):
        """Write the project's settings; without options pytest keeps a cache."""
        lines = [f"addopts = -p pytest_torchkata.plugin {options}"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        self.pytester.makeini("\n".join(["[pytest]", *lines]))
        return self

    def kata(self, name="toy/double", **files):
        """Add a kata; a file may be replaced by name: stub, toml, reference, checks, wrong, right."""
        known = {"stub": STUB, "toml": TOML, "reference": REFERENCE, "checks": CHECKS, "wrong": WRONG}
        known |= files
        solution = self.path / "solutions" / name
        solution.mkdir(parents=True)
        (solution / "kata.toml").write_text(known.pop("toml"))
        self.answer(known.pop("stub"), name)
        for file, text in known.items():
            (solution / f"{file}.py").write_text(textwrap.dedent(text), encoding="utf-8")
        return self

    def predict(self):
        """Add a kata that asks what snippets give."""
        return self.kata("toy/guess", **PREDICT)

    def answer(self, text, name="toy/double"):
        """Write the learner's file."""
        path = self.stub(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return self

    def stub(self, name="toy/double") -> Path:
        return (self.path / "katas" / name).with_suffix(".py")

    def run(self, *arguments):
        """Run pytest on the katas, as a user would."""
        return self.run_on("katas", *arguments)

    def run_on(self, *arguments):
        """Run pytest with these arguments alone."""
        return self.pytester.runpytest_inprocess(*arguments)

    def run_apart(self, *arguments):
        """Run pytest in a process of its own."""
        return self.pytester.runpytest_subprocess("katas", *arguments)

    def start(self, *arguments):
        """Start pytest in a process of its own, and go on."""
        command = [sys.executable, "-m", "pytest", *arguments]
        return self.pytester.popen(command, stdin=subprocess.DEVNULL)


@pytest.fixture
def short_path():
    """A directory with a short path: that of a socket, which answers make in theirs, has some 100 letters."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name).resolve()


@pytest.fixture
def empty_project(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))  # where nothing is installed
    return Project(pytester)


@pytest.fixture
def project(empty_project):
    return empty_project.kata()


@pytest.fixture
def katas(empty_project):
    """Three katas of three checks each: one is solved, one fails its second check, one is to do."""
    empty_project.kata("far/away").answer("def double(x):\n    return x + x\n", "far/away")
    empty_project.kata("toy/double").answer("def double(x):\n    return x + x + 1\n")
    return empty_project.kata("toy/other")


@pytest.fixture
def torchkata(empty_project, monkeypatch):
    """Run the command line in this process, in the project's directory or another; see its output apart."""
    runner = CliRunner()

    def run(*arguments, cwd=empty_project.path, **environment):
        monkeypatch.chdir(cwd)
        return runner.invoke(app, [*map(str, arguments)], env=environment, prog_name="torchkata")

    return run


@pytest.fixture(params=["fork", "serve"])
def isolation(request):
    """Both ways of running answers; the second is what platforms without fork get."""
    return f"--kata-isolation={request.param}"


def until(condition, seconds=60):
    """Wait until it has come to something."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def git(project, *arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "gc.auto=0"]
    subprocess.run(["git", *who, *arguments], cwd=project.path, check=True, capture_output=True)


def commit(project, message):
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", message)


class Terminal:
    """A window of tmux in which something runs."""

    def __init__(self, folder, name):
        self._tmux = ["tmux", "-L", name, "-f", os.devnull]
        self.folder = folder

    def start(self, command, width=90, height=60):
        size = ["-x", str(width), "-y", str(height)]
        line = f"{shlex.join(command)}; echo status $?; stty -a | grep -o -- '-\\?icanon'; cat"
        self._call("new-session", "-d", "-s", "w", *size, "-c", str(self.folder), line)

    def keys(self, *keys):
        self._call("send-keys", "-t", "w", *keys)

    def resize(self, width, height):
        self._call("resize-window", "-t", "w", "-x", str(width), "-y", str(height))

    def screen(self, scrolled=False):
        lines = self._call("capture-pane", "-p", "-t", "w", *(["-S", "-"] if scrolled else []))
        return lines.rstrip()

    def wait(self, pattern, seconds=60):
        """Wait until the screen shows this, and return it."""
        end = time.monotonic() + seconds
        while not re.search(pattern, screen := self.screen(), re.DOTALL):
            assert time.monotonic() < end, f"{pattern!r} did not appear:\n{screen}"
            time.sleep(0.02)
        return screen

    def close(self):
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    def _call(self, *arguments):
        return subprocess.run([*self._tmux, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def browser():
    """The machine's own Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(names)} is installed here")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed here")
    with api.sync_playwright() as playwright:
        # Its own sandbox refuses to run as root, and a page of ours is no stranger's.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def look_at(browser):
    """Open a page; say what it asked for and what it complained of."""
    contexts = []

    def look_at(path, width, scheme):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        tab = context.new_page()
        tab.asked, tab.complaints = [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.goto(path.as_uri())
        return tab

    yield look_at
    for context in contexts:
        context.close()


LOOK = """() => {
    const colour = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = element => {
        for (; element; element = element.parentElement) {
            const [r, g, b, a = 1] = colour(getComputedStyle(element).backgroundColor);
            if (a) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const outside = [], pale = [], clipped = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode, element = node.parentElement;
        if (!node.data.trim() || element.closest('title, style')) continue;
        if (getComputedStyle(element).clipPath !== 'none') continue;  // for those who hear the page
        const range = document.createRange();
        range.selectNodeContents(node);
        const boxes = [...range.getClientRects()].filter(box => box.width);
        if (!boxes.length) continue;
        if (boxes.some(box => box.left < 0 || box.right > innerWidth)) outside.push(node.data);
        const style = getComputedStyle(element);
        const both = [colour(element.closest('svg') ? style.fill : style.color), ground(element)].map(light);
        const contrast = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
        if (contrast < 4.5) pale.push([node.data, contrast]);
        for (let each = element; each; each = each.parentElement) {
            const cuts = getComputedStyle(each).overflowX !== 'visible' && each !== document.documentElement;
            if (cuts && each.scrollWidth > each.clientWidth) clipped.push(node.data);
        }
    }
    return {outside, pale, clipped, width: document.documentElement.scrollWidth};
}"""
"""Finds what is outside of the page, too pale to be read, or cut off."""


MEASURED = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage measures what a measured process starts."""
INSIDE = {
    "test_confine",
    "test_cuda",
    "test_debugging",
    "test_limits",
    "test_proof",
    "test_sandbox",
    "test_watch",
}
"""Tests of what happens in other processes. Measured everywhere, these would cost half as much time again."""


class Shared(sandbox.Sandbox):
    """A sandbox that outlives the run that asked for it: importing torch takes a second."""

    known: ClassVar[dict[tuple[str, bool], "Shared"]] = {}

    def close(self):
        pass


WARM = {}
"""The processes that children are forked from: what those start is measured, or not."""


def start_child(model, home, environment):
    """Start a child as a fork of a process that has imported torch, and not as a program of its own."""
    measured = MEASURED in os.environ
    if measured not in WARM:
        WARM[measured] = Warm()
    return WARM[measured].launching()(model, home, environment)


@pytest.fixture(autouse=True)
def shared_children(request, monkeypatch):
    """Let the runs in this process use the same children, unless a test is about those.

    Where it is about how they start, they are programs, as a user's are.
    """

    def shared(model, environment=None, launch=None):
        key = (model, MEASURED in os.environ)
        return Shared.known.setdefault(key, Shared(model, launch=start_child))

    if request.node.path.stem not in INSIDE:
        monkeypatch.delenv(MEASURED, raising=False)
    if "own_children" not in request.keywords:
        monkeypatch.setattr(sandbox, "Sandbox", shared)
    if "own_programs" not in request.keywords:
        monkeypatch.setattr(sandbox, "start_child", start_child)
    # Each process that judges submissions has a warm one of its own; tests of several ask for them.
    monkeypatch.setattr(grading, "_cores", lambda: 1)


@pytest.fixture(autouse=True, scope="session")
def end_of_children():
    yield
    for each in Shared.known.values():
        super(Shared, each).close()
    for each in WARM.values():
        each.close()
