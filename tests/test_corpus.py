"""Every hostile and every crashing answer costs its own kata, says what happened, and touches nothing else.

An answer is a file below ``hostile`` or ``crash``: a sentence on what it tries, the kata it is an answer
to, and what the reader of the terminal is told.
"""

import contextlib
import hashlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from benchmarks.soak import Answer, clone, processes, read

HERE = Path(__file__).parent
ROOT = HERE.parent
GROUPS = [f"hostile/{name}" for name in ("verdict", "hidden", "objects", "rules", "harm")] + ["crash"]
WITNESSES = {"solved": "autograd/my_relu", "failing": "activations/softmax", "to do": "layers/my_linear"}
FAILING = b"def my_softmax(x, dim=-1):\n    return x\nmy_log_softmax = my_logsumexp = my_softmax\n"
LIMITS = ["--timeout=5", "--kata-limit=memory=0.5", "--kata-limit=disk=0.25"]


def says(answer):
    """Return what the reader of the terminal is told, as patterns."""
    lines = re.findall(r"^# says: (.+?)\s*$", answer.text.decode("latin-1"), re.MULTILINE)
    return [f"*{pattern}*" for pattern in lines]


def chosen(model):
    """Return the answers that are run; all of them for both models where WHOLE_CORPUS is set."""
    found = [read(path) for group in GROUPS for path in sorted((HERE / group).glob("*.py"))]
    return found if os.environ.get("WHOLE_CORPUS") else found[:: {"fork": 10, "serve": 80}[model]]


def project(root, answers):
    """Lay out a clone: the answers to katas of their own names, and katas whose verdicts are known."""
    clone(root, [*answers, *witnesses()])
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "gc.auto=0"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "A clone"]):
        subprocess.run([*git, *command], cwd=root, check=True)


def witnesses():
    for state, kata in WITNESSES.items():
        text = (ROOT / "katas" / kata).with_suffix(".py").read_bytes()
        if state == "solved":
            text = (ROOT / "solutions" / kata / "reference.py").read_bytes()
        if state == "failing":
            text = FAILING
        for topic in ("before", "zz_after"):
            yield Answer(f"{topic}/{state.replace(' ', '_')}", kata, text, state)
    hidden = "autograd/recompute_silu"  # which answers look for, at its own place
    yield Answer(hidden, hidden, (ROOT / "katas" / hidden).with_suffix(".py").read_bytes(), "to do")


def digest(root):
    """Describe all files of a project but its record."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.startswith((".torchkata", ".git")) or "__pycache__" in name:
            continue
        state = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[name] = (state.st_mode, content)
    return found


def leftovers(scratch):
    """Return what a run, or an answer that names what it makes, may have left outside of its project."""
    places = [Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home(), Path(sys.prefix)]
    names = {str(path) for place in places for path in place.glob("*torchkata-hostile*")}
    notes = {str(path) for path in Path.home().glob(".torchkata*")}
    return names | notes | {str(path) for path in scratch.glob("*torchkata*")}


@dataclass(frozen=True)
class Outcome:
    text: str
    status: int
    states: dict[str, str]
    sections: dict[str, str]
    before: dict
    after: dict
    left: set
    running: list


def pytest_generate_tests(metafunc):
    models = ("fork", "serve")
    if "answer" in metafunc.fixturenames:
        cases = [(model, one) for model in models for one in chosen(model)]
        names = [f"{model}-{one.name}" for model, one in cases]
        metafunc.parametrize(("run", "answer"), cases, ids=names, indirect=["run"])
    elif "run" in metafunc.fixturenames:
        metafunc.parametrize("run", models, indirect=True)


@pytest.fixture
def run(request, tmp_path_factory):
    """Run all answers at once; each is a test of its own, which reads what came of it."""
    if request.param not in RUNS:
        RUNS[request.param] = outcome(request.param, tmp_path_factory)
    return RUNS[request.param]


RUNS = {}


def outcome(model, tmp_path_factory):
    root = tmp_path_factory.mktemp("clone")
    project(root, chosen(model))
    with tempfile.TemporaryDirectory(prefix="scratch-") as name:  # a short one: sockets are made there
        scratch = Path(name)
        before, left = digest(root), leftovers(scratch)
        process = subprocess.run(
            [sys.executable, "-m", "pytest", "katas", "-n2", "-rA", f"--kata-isolation={model}", *LIMITS],
            cwd=root, env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": name}, timeout=900,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        text = process.stdout.decode(errors="replace")
        (root.parent / f"{model}.log").write_text(text)
        return Outcome(
            text, process.returncode, states(root), sections(text), before, digest(root),
            leftovers(scratch) - left, [*processes(str(root)), *processes("torchkata-hostile")],
        )  # fmt: skip


def states(root):
    with contextlib.closing(sqlite3.connect(root / ".torchkata" / "progress.sqlite3")) as record:
        return dict(record.execute("SELECT kata, state FROM run ORDER BY id"))


def sections(text):
    """Return what the terminal says of each kata's failure."""
    found = {}
    parts = re.split(r"^_+ (?:\[gw\d\] )?([\w/]+): .* _+$", text, flags=re.MULTILINE)
    for name, told in zip(parts[1::2], parts[2::2], strict=True):
        if "Not run: fix" not in told:
            found.setdefault(name, told)
    return found


def test_an_answer_is_not_solved_and_it_is_said_what_happened(run, answer):
    assert run.states.get(answer.name, "to do") in ("failing", "to do")
    told = run.sections.get(answer.name, "")  # what is to do is not told as a failure
    for pattern in says(answer):
        assert fnmatchcase(" ".join(told.split()), pattern), told
    assert "Traceback" not in told


def test_nothing_else_is_touched(run):
    known = {name: state for name, state in run.states.items() if name.startswith(("before/", "zz_after/"))}
    expected = {"before/solved": "solved", "before/failing": "failing"}
    assert known == {**expected, "zz_after/solved": "solved", "zz_after/failing": "failing"}
    assert run.status == 1
    assert run.after == run.before
    assert "INTERNALERROR" not in run.text
    assert "\x1b]" not in run.text


def test_nothing_is_left(run):
    assert run.left == set()
    assert run.running == []
