"""The practice loop, in a real terminal: keys are typed, files are saved, and the screen is read."""

import contextlib
import ctypes
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from benchmarks.soak import processes
from pytest_torchkata.progress import Store
from tests.conftest import REFERENCE, STUB, TOML, Terminal, commit, git, until

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

WATCH = [sys.executable, "-c", "from pytest_torchkata.cli import main; main()", "watch"]
RIGHT = REFERENCE
WRONG = "def double(x):\n    return x * x\n"
READS = """
from contextlib import closing
from pathlib import Path
exec(Path(__file__).parents[2].joinpath("solutions/toy/first/reference.py").read_text())
"""
ENDLESS = "def double(x):\n    while True: pass\n"
MENU = r"\[toy/\w+\]  n next  h hint  a all checks  r reset  v reveal  l list  q quit"


@pytest.fixture
def toys(empty_project):
    """Three katas of one topic, committed as they are handed out."""
    for name, minutes in (("first", 5), ("second", 6), ("third", 7)):
        empty_project.kata(f"toy/{name}", toml=TOML.replace("minutes = 5", f"minutes = {minutes}"))
    git(empty_project, "init", "-q", "-b", "main")
    commit(empty_project, "stubs")
    return empty_project


@pytest.fixture
def terminal(toys):
    found = Terminal(toys.path, f"torchkata-{os.getpid()}")
    yield found
    found.close()
    until(lambda: not list(processes(str(toys.path))))


def runs(project):
    """Return what the record has of each kata, in the order of writing."""
    store = Store(project.path / ".torchkata" / "progress.sqlite3")
    return {name: (each.state, each.attempts) for name, each in store.standings().items()}


def test_from_a_stub_to_the_next_kata(toys, terminal):
    terminal.start([*WATCH, "katas/toy"])
    screen = terminal.wait(MENU)
    assert "$ pytest katas/toy/first.py\n" in screen
    assert re.search(r"collected 3 items\n\nkatas/toy/first.py ---", screen)
    assert " To do: toy/first" in screen

    toys.answer(WRONG, "toy/first")
    screen = terminal.wait(r"Known mistake: This squares x.*" + MENU)
    assert re.search(r"✓ The result has the shape of x\n +✗ The value and the gradient", screen)
    assert "to do" not in screen.split("progress")[0]

    terminal.keys("a")
    terminal.wait(r"2 failed, 1 passed.*a first failure")
    assert "$ pytest katas/toy/first.py --all-checks\n" in terminal.screen(scrolled=True)
    terminal.keys("a")
    terminal.wait(r"1 more check not shown.*" + MENU)

    terminal.keys("h")
    screen = terminal.wait(r"Hint 1 of 3 for toy/first\n\n +What is twice something\?.*" + MENU)
    assert "Known mistake" not in screen

    toys.answer(RIGHT, "toy/first")
    screen = terminal.wait(r"3 passed.*Solved: toy/first\.\n Next: toy/second \(easy, 6 min\), open katas.*")
    assert re.search(r"\[toy/second\]", terminal.wait(MENU))
    assert runs(toys) == {"toy/first": ("solved", 2)}

    terminal.keys("n")
    terminal.wait(r"Next: toy/third.*\[toy/third\]")
    terminal.keys("n")
    terminal.wait(r"Next: toy/second.*\[toy/second\]")
    terminal.keys("l")
    screen = terminal.wait(r" toy .* 1/3.*✓ first +easy +5 min.*· third.*" + MENU)
    terminal.keys("v")
    terminal.wait(r"Show the reference and the checks of toy/second\? It is recorded. \(y/n\)")
    terminal.keys("n")
    terminal.wait(r"Nothing was done.*\[toy/second\]")
    terminal.keys("v", "y")
    terminal.wait(r"return 2 \* x.*def check_value.*" + MENU)

    terminal.keys("q")
    terminal.wait(r"\nstatus 0\nicanon")


def test_a_stub_is_put_back_and_what_was_written_is_kept(toys, terminal):
    toys.answer(WRONG, "toy/second")
    terminal.start([*WATCH, "toy/second"], width=150)
    terminal.wait(r"Known mistake.*" + MENU)
    terminal.keys("r")
    terminal.wait(r"Put the stub of toy/second back\? What you wrote is kept. \(y/n\)")
    terminal.keys("y")
    screen = terminal.wait(r"To do: toy/second.*katas/toy/second.py is as it was handed out.*" + MENU)
    kept = re.search(r"What you wrote is in (\S+\.py)\.", screen)[1]
    assert (toys.path / kept).read_text() == WRONG
    assert toys.stub("toy/second").read_text() == STUB
    terminal.keys("C-c")
    terminal.wait(r"\nstatus 130\nicanon")


def test_only_the_verdict_on_what_was_saved_last_is_shown(toys, terminal):
    terminal.start([*WATCH, "toy/first"])
    terminal.wait(MENU)
    toys.answer(ENDLESS, "toy/first")
    terminal.wait(r"collected 3 items\n\nkatas/toy/first.py$")
    until(lambda: answering(toys) == 1)
    for number in range(20):
        toys.answer(f"{ENDLESS}# {number}\n", "toy/first")
    until(lambda: answering(toys) == 1)
    toys.answer(RIGHT, "toy/first")
    screen = terminal.wait(r"3 passed.*Solved: toy/first, and with it all of toy/first\.")
    assert screen.count("collected") == 1
    until(lambda: answering(toys) == 0)
    assert runs(toys) == {"toy/first": ("solved", 1)}


def test_an_answer_is_held_by_the_same_walls(toys, terminal):
    toys.answer(READS, "toy/first")
    terminal.start([*WATCH, "toy/first"])
    terminal.wait(r"Stopped: your code tried to read what judges it.*" + MENU)
    toys.answer("import os\nos._exit(0)\n", "toy/first")
    terminal.wait(r"Your code ended its process \(status 0\) instead of returning.*" + MENU)
    toys.answer(RIGHT, "toy/first")
    terminal.wait(r"3 passed.*Solved: toy/first")


def test_a_run_that_waits_knows_what_was_recorded_meanwhile(toys, terminal):
    terminal.start([*WATCH, "toy/first"])
    terminal.wait(MENU)
    stub = toys.stub("toy/first")
    record = Store(toys.path / ".torchkata" / "progress.sqlite3")
    what = {"passed": 1, "checks": 3, "source": "x", "seconds": 0.1, "failing": "it", "mistake": None}
    record.record("toy/first", state="failing", seed=4711, **what)
    stub.write_text(WRONG)
    terminal.wait(r"attempt 2.*inputs from --kata-seed 4711, kept.*" + MENU)


def test_what_was_saved_of_a_damaged_record_is_told_with_the_first_verdict(toys, terminal):
    record = Store(toys.path / ".torchkata" / "progress.sqlite3")
    for name in ("first", "second"):
        record.hinted(f"toy/{name}", 1)
    with contextlib.closing(sqlite3.connect(record.path)) as connection, connection:
        connection.execute("UPDATE aid SET at = 'yesterday' WHERE kata = 'toy/first'")
    terminal.start([*WATCH, "toy/first"], width=150)
    terminal.wait(r"To do: toy/first.*was damaged \(at is 'yesterday', .* 0 runs, 1 aid and.*" + MENU)
    toys.answer(WRONG, "toy/first")
    assert "was damaged" not in terminal.wait(r"Known mistake.*" + MENU)
    assert list(record.standings()) == ["toy/first", "toy/second"]


def answering(project):
    """Count the runs of pytest that an answer is at work in: those that take processor time."""
    found = [line for line in processes(str(project.path)) if " running " in f" {line} "]
    return len(found)


def test_however_a_file_is_saved(toys, terminal):
    first, second = toys.stub("toy/first"), toys.stub("toy/second")
    terminal.start([*WATCH, "katas"])
    terminal.wait(MENU)

    beside = first.with_name(".first.py.swp~")  # write beside, then rename
    beside.write_text(WRONG)
    beside.rename(first)
    terminal.wait(r"Known mistake.*\[toy/first\]")

    first.rename(first.with_name("first.py~"))  # move away, then write
    first.write_text(RIGHT)
    terminal.wait(r"Solved: toy/first")

    second.write_bytes(b"def double(x:\n")
    terminal.wait(r"second.py:1 is not valid Python.*\[toy/second\]")
    second.write_bytes(b"\xff\xfe")
    terminal.wait(r"second.py.*utf-8.*\[toy/second\]")
    second.unlink()
    terminal.wait(r"katas/toy/second.py is not there\. Press r to put the stub back")
    terminal.keys("r", "y")
    terminal.wait(r"To do: toy/second.*\[toy/second\]")

    toys.kata("toy/fourth", stub=WRONG)
    terminal.wait(r"pytest katas/toy/fourth.py.*Known mistake.*\[toy/fourth\]")

    checks = toys.path / "solutions/toy/fourth/checks.py"
    checks.write_text(checks.read_text().replace("The value and the gradient", "Twice the value"))
    terminal.wait(r"✗ Twice the value.*\[toy/fourth\]")

    conftest = toys.path / "conftest.py"
    conftest.write_text("def pytest_report_header():\n    return 'of the conftest'\n")
    terminal.wait(r"of the conftest.*\[toy/fourth\]")


def test_a_change_of_branch_is_one_change(toys, terminal):
    git(toys, "checkout", "-q", "-b", "solved")
    for name in ("first", "second", "third"):
        toys.answer(RIGHT if name != "second" else WRONG, f"toy/{name}")
    commit(toys, "answers")
    git(toys, "checkout", "-q", "main")
    terminal.start([*WATCH, "katas"])
    terminal.wait(r"To do: toy/first.*\[toy/first\]")
    git(toys, "checkout", "-q", "solved")
    terminal.wait(r"\$ pytest katas/toy/first.py.*Solved: toy/first")
    git(toys, "checkout", "-q", "main")
    terminal.wait(r"To do: toy/\w+.*" + MENU)


def test_the_terminal_may_have_any_size(toys, terminal):
    toys.answer(WRONG, "toy/first")
    terminal.start([*WATCH, "toy/first", "toy/second"])
    terminal.wait(MENU)
    terminal.resize(60, 12)
    terminal.wait(r"=+ 1 failed.* =+\n\n\[toy/first\]  n next")
    assert max(len(line) for line in terminal.screen().splitlines() if "====" in line) <= 60
    terminal.keys("Enter")
    until(lambda: "collected" in terminal.screen(scrolled=True))
    terminal.wait(r"=+ 1 failed.* =+\n\n\[toy/first\]  n next")
    terminal.resize(100, 40)
    terminal.wait(r"\$ pytest katas/toy/first.py\n.*" + MENU)
    terminal.keys("Enter")
    terminal.wait(r"={40,} progress")


def test_stopped_and_taken_up_again_it_listens_to_keys(toys, terminal):
    terminal.start(["bash", "-ic", f"{shlex.join(WATCH)} toy/first; echo stopped; fg >/dev/null"])
    terminal.wait(MENU)
    terminal.keys("C-z")
    terminal.wait("stopped")
    terminal.keys("h")
    terminal.wait("Hint 1 of 3")
    terminal.keys("q")
    terminal.wait("icanon")


def test_a_watcher_that_is_killed_leaves_nothing(toys, terminal):
    toys.answer(ENDLESS, "toy/first")
    terminal.start([*WATCH, "toy/first"])
    terminal.wait(r"collected 3 items\n\nkatas/toy/first.py$")
    os.kill(watching(toys), signal.SIGKILL)
    terminal.wait("status 137")
    terminal.close()
    until(lambda: not list(processes(str(toys.path))), seconds=5)  # less than the answer's own time


def watching(project):
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cmdline() == [*WATCH, "toy/first"] and process.cwd() == str(project.path):
                found.append(process.pid)
    (pid,) = found
    return pid


def test_a_pipe_gets_plain_lines_and_no_keys(toys):
    toys.answer(WRONG, "toy/first")
    process = subprocess.Popen(
        [*WATCH, "toy/first"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    said = ""
    while "1 failed" not in said:
        said += process.stdout.readline()
    toys.answer(RIGHT, "toy/first")
    while "Solved" not in said:
        said += process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=30)[0]
    assert "\x1b" not in said + rest
    assert "n next" not in said + rest
    assert process.returncode == 130


def test_ctrl_c_is_heard_while_it_waits_whichever_thread_the_system_tells(toys):
    process = subprocess.Popen(
        [*WATCH, "toy/first"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    while "To do" not in process.stdout.readline():
        pass
    time.sleep(1)  # for what follows upon a verdict
    other = max(int(task.name) for task in Path(f"/proc/{process.pid}/task").iterdir())
    assert other != process.pid
    assert ctypes.CDLL(None).tgkill(process.pid, other, signal.SIGINT) == 0
    process.communicate(timeout=10)
    assert process.returncode == 130


def test_where_there_is_no_fork_a_run_is_started_ahead(toys, terminal):
    program = "import os; del os.fork; from pytest_torchkata.cli import main; main()"
    terminal.start([sys.executable, "-c", program, "watch", "toy/first"])
    terminal.wait(r"To do: toy/first.*" + MENU)
    toys.answer(WRONG, "toy/first")
    terminal.wait(r"Known mistake.*" + MENU)
    toys.answer(RIGHT, "toy/first")
    terminal.wait(r"Solved: toy/first")
    terminal.keys("q")
    terminal.wait(r"\nstatus 0")


def test_it_says_what_is_wrong_before_it_begins(toys):
    done = subprocess.run([*WATCH, "toy/frist"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "There is no kata 'toy/frist'. Did you mean toy/first" in done.stderr
    assert "Traceback" not in done.stderr
