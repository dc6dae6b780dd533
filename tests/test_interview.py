"""Mock interviews: what is drawn, what a run tells, what time it is, and what counts in the end."""

import json
import os
import re
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_torchkata import clock
from pytest_torchkata.clock import Reading
from pytest_torchkata.interview import Interview
from pytest_torchkata.progress import Store
from pytest_torchkata.sandbox import devices_here
from tests.conftest import CHECKS, REFERENCE, STUB, TOML, Terminal, commit, git

ROOT = Path(__file__).parents[1]
WRONG = "def double(x):\n    return x * x\n"
FIRST, SECOND = "toy/first", "toy/second"


class Clock:
    """The clocks of a machine, which the test sets."""

    def __init__(self):
        self.boot, self.uptime, self.calendar = "one", 1000.0, time.time()

    def read(self):
        return Reading(self.boot, self.uptime, self.calendar)

    def forward(self, minutes):
        self.uptime += 60 * minutes
        self.calendar += 60 * minutes

    def set(self, minutes):
        """Set the calendar, which is not what time passes by."""
        self.calendar += 60 * minutes

    def reboot(self, minutes):
        """Shut the machine down for so long."""
        self.calendar += 60 * minutes
        self.boot, self.uptime = self.boot + "'", 20.0


@pytest.fixture
def now(monkeypatch):
    found = Clock()
    monkeypatch.setattr(clock, "read", found.read)
    return found


@pytest.fixture
def toys(empty_project):
    """Two katas of one topic, of 10 and 20 minutes, committed as they are handed out."""
    for name, minutes in (("first", 10), ("second", 20)):
        toml = TOML.replace("minutes = 5", f"minutes = {minutes}")
        empty_project.kata(f"toy/{name}", toml=toml)
    git(empty_project, "init", "-q", "-b", "main")
    commit(empty_project, "stubs")
    return empty_project


class Workspace:
    """The workspace of an interview, and who sits in it."""

    def __init__(self, path, torchkata, pytester, now, monkeypatch):
        self.path = path
        self._torchkata, self._pytester, self._now, self._monkeypatch = torchkata, pytester, now, monkeypatch

    @property
    def interview(self):
        return Interview.read(self.path / "interview.jsonl")

    def save(self, text, name=FIRST):
        stub = self.path / "katas" / f"{name}.py"
        stub.write_text(text)
        os.utime(stub, (self._now.calendar, self._now.calendar))

    def type(self, *arguments):
        return self._torchkata(*arguments, cwd=self.path)

    def finish(self):
        """Hand in, and return what is said."""
        result = self.type("interview", "finish")
        assert result.exit_code == 0, result.output
        return result.stdout

    def pytest(self, *arguments):
        self._monkeypatch.chdir(self.path)
        options = ("-p", "pytest_torchkata.plugin", "-p", "no:cacheprovider")
        return self._pytester.runpytest_inprocess(*options, *arguments)

    def left(self):
        return re.search(r"^ ?(-?\d+:\d\d) ", self.type("interview", "status").stdout, re.M)[1]


@pytest.fixture
def begin(toys, torchkata, pytester, now, monkeypatch):
    """Start an interview over both katas, or with other options."""

    def begin(*options, ids=(FIRST, SECOND)):
        place = toys.path / "interviews" / "now"
        result = torchkata("interview", "start", *ids, "--minutes", "45", "--into", place, *options)
        assert result.exit_code == 0, result.output
        return Workspace(place, torchkata, pytester, now, monkeypatch)

    return begin


# The clock ----------------------------------------------------------------------------------------


def test_the_system_s_clocks_can_be_read():
    first = clock.read()
    assert 0 <= clock.between(first, clock.read()) < 60
    assert abs(first.calendar - time.time()) < 60


@pytest.mark.parametrize(
    ("later", "seconds"),
    [
        (Reading("one", 160.0, 1060.0), 60),
        (Reading("one", 160.0, 99.0), 60),
        (Reading("one", 160.0, 99999.0), 60),
        (Reading("two", 5.0, 1600.0), 600),
        (Reading("two", 500.0, 1600.0), 600),
        (Reading("two", 5.0, 400.0), 0),
        (Reading("one", 99.0, 1600.0), 600),
    ],
)
def test_only_over_a_reboot_the_calendar_tells_the_time(later, seconds):
    assert clock.between(Reading("one", 100.0, 1000.0), later) == seconds


# The draw -----------------------------------------------------------------------------------------


@pytest.fixture
def many(empty_project, torchkata):
    """Twelve katas in three topics, of 5 to 20 minutes; draw from them."""
    for topic in ("a", "b", "c"):
        for minutes, level in ((5, "easy"), (10, "medium"), (15, "medium"), (20, "hard")):
            toml = TOML.replace("minutes = 5", f"minutes = {minutes}").replace("easy", level)
            empty_project.kata(f"{topic}/k{minutes}", toml=toml)
    git(empty_project, "init", "-q", "-b", "main")
    commit(empty_project, "stubs")
    number = iter(range(100))

    def drawn(*options):
        place = empty_project.path / "interviews" / str(next(number))
        result = torchkata("interview", "start", "--into", place, *options)
        assert result.exit_code == 0, result.output
        return list(Interview.read(place / "interview.jsonl").terms.katas)

    return drawn


def minutes_of(katas):
    return sum(int(kata.partition("/k")[2]) for kata in katas)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_drawn_fits_into_the_time(many, seed):
    for minutes in (5, 20, 45):
        katas = many("--minutes", minutes, "--seed", seed)
        assert katas
        assert minutes_of(katas) <= minutes
    assert len(many("--minutes", 30, "--katas", 4, "--seed", seed)) == 4
    assert len(many("--minutes", 15, "--katas", 3, "--seed", seed)) == 3  # the three of five minutes


def test_a_seed_draws_the_same_again(many):
    draws = [many("--seed", seed) for seed in (7, 7, 8, 9, 10)]
    assert draws[0] == draws[1]
    assert any(draw != draws[0] for draw in draws[2:])


def test_every_topic_has_its_turn(many):
    for seed in range(5):
        katas = many("--minutes", 60, "--katas", 3, "--seed", seed)
        assert sorted(kata[0] for kata in katas) == ["a", "b", "c"]


def test_topics_and_levels_narrow_the_draw(many):
    katas = many("--topics", "a, b", "--level", "medium,hard", "--minutes", "120", "--seed", "1")
    assert sorted(katas) == sorted(f"{topic}/k{minutes}" for topic in "ab" for minutes in (10, 15, 20))


def test_what_was_not_seen_for_long_comes_first(many, empty_project):
    store = Store(empty_project.path / ".torchkata/progress.sqlite3")
    for ago, name in ((9, "k5"), (1, "k10"), (5, "k15")):
        at = datetime.now(UTC) - timedelta(days=ago)
        store.hinted(f"a/{name}", 1, at=at)
    katas = many("--topics", "a", "--minutes", "50", "--seed", "3")
    assert katas == ["a/k20", "a/k5", "a/k15", "a/k10"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--topics", "tpy"], "There is no topic 'tpy'. Did you mean toy?"),
        (["--topics", "zzz"], "There is no topic 'zzz'. Choose from toy."),
        (["--level", "medum"], "There is no level 'medum'. Did you mean medium?"),
        (["--level", "hard"], "There are no katas at level hard."),
        (["--katas", "3"], "There are only 2 katas. Ask for fewer"),
        (["--minutes", "9"], "Too little time: of the 2 katas the shortest takes 10 minutes."),
        (["--minutes", "29", "--katas", "2"], "the shortest 2 take 30 minutes"),
        (["toy/frist"], "There is no kata 'toy/frist'. Did you mean toy/first?"),
    ],
)
def test_what_cannot_be_drawn_is_told(toys, torchkata, options, words):
    result = torchkata("interview", "start", *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not list(toys.path.glob("interviews/*"))


# The workspace ------------------------------------------------------------------------------------


def test_a_workspace_has_untouched_stubs_and_says_what_to_type(toys, torchkata):
    toys.answer(REFERENCE, FIRST)
    said = torchkata("interview", "start", "--minutes", "45", "--seed", "3").stdout
    (place,) = toys.path.glob("interviews/2*")
    assert {path.name: path.read_text() for path in place.glob("katas/toy/*")} == {
        "first.py": STUB,
        "second.py": STUB,
    }
    assert f"  cd interviews/{place.name}\n  pytest  " in said
    assert re.search(r"^  toy/second   easy     20 min   Double a tensor$", said, re.M)
    assert said.endswith("The clock runs.\n")
    assert git_sees(toys) == " M katas/toy/first.py"


def git_sees(project):
    import subprocess

    command = ["git", "status", "--short", "-uall"]
    found = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in found.rstrip().splitlines() if "pytest" not in line)


def test_nothing_is_overwritten(toys, torchkata):
    (toys.path / "mine").mkdir()
    (toys.path / "mine" / "notes").write_text("keep")
    result = torchkata("interview", "start", "--into", "mine")
    assert result.exit_code == 2
    assert "is not empty" in result.stderr
    assert [path.name for path in (toys.path / "mine").iterdir()] == ["notes"]


def test_pytest_starts_one_too(toys):
    result = toys.run_on("--interview", "30m")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["30 minutes, * kata* (seed *)", "The clock runs."])
    (place,) = toys.path.glob("interviews/2*")
    assert Interview.read(place / "interview.jsonl").terms.minutes == 30


@pytest.mark.parametrize("time", ["soon", "0", "-5m", ""])
def test_a_time_that_is_none_is_refused(toys, time):
    result = toys.run_on(f"--interview={time}")
    if time:
        assert result.ret == 4
        result.stderr.fnmatch_lines(
            [f"ERROR: --interview is '{time}', expected minutes or hours, as in 45m*"]
        )


def test_in_a_workspace_there_are_only_its_katas(begin):
    workspace = begin(ids=[FIRST])
    listed = json.loads(workspace.type("list", "--json").stdout)
    assert [row["id"] for row in listed] == [FIRST]
    assert not workspace.type("list").stderr
    assert "second" not in workspace.type("status").stdout
    assert "stay as they are" in workspace.type("update").stderr
    assert "is the workspace of an interview" in workspace.type("interview", "start").stderr


def test_a_stub_can_be_put_back(begin):
    workspace = begin()
    workspace.save("x = 1\n")
    assert workspace.type("reset", FIRST).exit_code == 0
    assert (workspace.path / "katas/toy/first.py").read_text() == STUB


# What a run tells ---------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
@pytest.mark.parametrize("feedback", ["full", "names", "counts", "none"])
def test_as_much_is_told_as_was_agreed_on(begin, feedback, workers):
    workspace = begin("--feedback", feedback)
    workspace.save(WRONG)
    workspace.save(REFERENCE, SECOND)
    result = workspace.pytest("-v", *workers)
    text = result.stdout.str()
    numbers = "1 of 3 checks pass" in text and "3 of 3 checks pass" in text
    assert numbers == (feedback != "none")
    assert ("The value and the gradient" in text) == (feedback in ("full", "names"))
    assert ("check_value" in text) == (feedback in ("full", "names"))
    assert ("expected" in text and "Known mistake: This squares x" in text) == (feedback == "full")
    assert ("✗" in text) == (feedback != "none")
    assert "--hint" not in text
    assert result.ret == (0 if feedback == "none" else 1)
    assert "45:00 left of 45:00.  torchkata interview finish  hands in." in text
    status = workspace.type("interview", "status").stdout
    status += workspace.type("interview", "status", "--json").stdout
    assert ("1 of 3 checks pass" in status) == (feedback != "none")
    assert ("Squares" in status) == (feedback == "full")
    listed = workspace.type("list").stdout + workspace.type("show", FIRST).stdout
    assert ("failing" in listed) == (feedback in ("full", "names"))
    if feedback in ("counts", "none"):
        assert "judged in" in text
        assert "passed" not in text


def test_counts_are_told_of_whole_katas_only(begin):
    workspace = begin("--feedback", "counts")
    workspace.save(WRONG)
    text = workspace.pytest("katas/toy/first.py", "-k", "check_1").stdout.str()
    assert "toy/first: a part was judged" in text
    assert "checks pass" not in text


def test_what_an_answer_prints_is_not_told_either(begin):
    workspace = begin("--feedback", "none")
    workspace.save("def double(x):\n    print('shape is', x.shape)\n    return x\n")
    assert "shape is" not in workspace.pytest("-s").stdout.str()


def test_every_run_is_written_down_with_the_answers(begin, now):
    workspace = begin()
    now.forward(5)
    workspace.save(WRONG)
    workspace.pytest()
    now.forward(5)
    workspace.pytest()
    events = workspace.interview.events
    assert [(event.what, event.at) for event in events] == [
        ("start", 0), ("run", 300), ("verdicts", 300), ("run", 600), ("verdicts", 600),
    ]  # fmt: skip
    assert [list(event.data["sources"]) for event in events] == [[FIRST, SECOND], [FIRST], [], [], []]
    seen = events[2].data["katas"][FIRST]
    assert (seen["state"], seen["passed"], seen["checks"]) == ("failing", 1, 3)
    assert seen["mistakes"] == ["Squares"]


def test_listing_is_no_run(begin):
    workspace = begin()
    workspace.pytest("--collect-only", "-q")
    assert [event.what for event in workspace.interview.events] == ["start"]


def test_there_is_no_help_unless_it_was_agreed_on(begin):
    workspace = begin()
    for ask in (("hint", FIRST), ("reveal", FIRST)):
        result = workspace.type(*ask)
        assert result.exit_code == 2
        assert "No hints and no reveals were agreed on" in result.stderr
    result = workspace.pytest("--hint", FIRST)
    assert result.ret == 4
    assert "No hints" in result.stderr.str()


# Time ---------------------------------------------------------------------------------------------


def test_time_goes_on_whatever_is_done_to_the_machine(begin, now):
    workspace = begin()
    now.forward(5)
    assert workspace.left() == "40:00"
    now.set(+600)
    assert workspace.left() == "40:00"
    workspace.pytest()
    now.set(-1200)
    now.forward(5)
    workspace.pytest()
    assert workspace.left() == "35:00"
    now.reboot(10)
    assert workspace.left() == "25:00"
    workspace.pytest()
    now.forward(1)
    notes = list(workspace.interview.notes())
    assert notes == [
        "Before 5:00 the system's clock was set forward by 600:00.",
        "Before 10:00 the system's clock was set back by 1200:00.",
        "At 20:00 the machine had been started anew; the calendar told the time.",
    ]


def test_a_pause_stands_still_and_is_noted(begin, now):
    workspace = begin()
    now.forward(10)
    workspace.save("x = 1\n")
    assert "35:00 left. The clock stands still." in workspace.type("interview", "pause").stdout
    now.forward(600)
    assert "35:00 of 45:00 left, paused" in workspace.type("interview", "status").stdout
    result = workspace.pytest()
    assert result.ret == 4
    result.stderr.fnmatch_lines(
        ["ERROR: The interview is paused. To go on with it:  torchkata interview resume"]
    )
    assert workspace.type("interview", "pause").exit_code == 2
    workspace.save(WRONG, SECOND)
    assert "35:00 left. The clock runs." in workspace.type("interview", "resume").stdout
    assert "pause is for one that is running" not in workspace.type("interview", "status").stderr
    now.forward(1)
    assert workspace.left() == "34:00"
    assert list(workspace.interview.notes()) == [f"Paused at 10:00 for 600:00, and changed in it: {SECOND}."]


def test_an_interview_is_found_from_where_it_was_started(begin, torchkata):
    begin()
    assert "45:00 of 45:00 left   interviews/now" in torchkata("interview", "status").stdout


def test_without_one_it_says_how_to_start(toys, torchkata):
    result = torchkata("interview", "status")
    assert result.exit_code == 2
    assert "There is no interview here. Start one:  torchkata interview start" in result.stderr
    assert "is not the workspace of an interview" in torchkata("interview", "status", toys.path).stderr


# The end ------------------------------------------------------------------------------------------


def card(workspace):
    return json.loads((workspace.path / "scorecard.json").read_text())


def verdicts(workspace):
    return {kata["id"]: kata["verdict"] for kata in card(workspace)["katas"]}


def test_what_was_saved_in_time_counts(begin, now):
    workspace = begin()
    now.forward(44)
    workspace.save(REFERENCE)  # and nothing is run
    now.forward(2)
    workspace.save(REFERENCE, SECOND)
    now.forward(60)
    workspace.finish()
    assert verdicts(workspace) == {FIRST: "solved", SECOND: "to do"}
    assert card(workspace)["used"] == 45 * 60
    assert card(workspace)["notes"] == [f"Written on after the deadline, which does not count: {SECOND}."]


def test_the_last_snapshot_in_time_counts(begin, now):
    workspace = begin()
    now.forward(40)
    workspace.save(REFERENCE)
    workspace.pytest()
    now.forward(10)
    workspace.save(WRONG)
    workspace.finish()
    assert verdicts(workspace)[FIRST] == "solved"
    assert (workspace.path / "katas/toy/first.py").read_text() == WRONG


@pytest.mark.parametrize("command", [("interview", "status"), None])
def test_the_deadline_judges(begin, now, command):
    workspace = begin()
    now.forward(3)
    workspace.save(REFERENCE)
    now.forward(60)
    text = workspace.type(*command).output if command else workspace.pytest().stdout.str()
    assert "Score 33.3 %   1 of 2 katas solved   45:00 of 45:00" in text
    assert verdicts(workspace) == {FIRST: "solved", SECOND: "to do"}


def test_a_scorecard_tells_how_it_went(begin, now, toys):
    workspace = begin("--hints", "costs")
    now.forward(2)
    workspace.pytest()  # of which nothing is written
    now.forward(2)
    workspace.save(WRONG)
    workspace.pytest()
    workspace.type("hint", FIRST)
    workspace.type("hint", FIRST)
    now.forward(6)
    workspace.save(REFERENCE)
    workspace.pytest()
    workspace.save(WRONG, SECOND)
    now.forward(10)
    text = workspace.finish()
    first, second = card(workspace)["katas"]
    assert first["trail"] == {
        "runs": 2, "first_run": 240, "solved": 600, "mistakes": ["Squares"], "rules": 0, "hints": 2,
        "revealed": False,
    }  # fmt: skip
    assert (first["verdict"], first["passed"], first["checks"], first["credit"]) == ("solved", 3, 3, 0.8)
    assert (second["verdict"], second["passed"], second["credit"]) == ("failing", 1, 0.1667)
    assert second["mistakes"][0]["name"] == "Squares"
    assert card(workspace)["score"] == pytest.approx(100 * (0.8 * 10 + 0.1667 * 20) / 30, abs=0.1)
    assert "Score 37.8 %   1 of 2 katas solved   20:00 of 45:00" in text
    assert re.search(
        r"✓ toy/first +3 of 3 checks +8.0 of 10 points   2 runs, first 4:00, solved 10:00, 2 hints", text
    )
    assert "Known mistake: This squares x" in text
    assert "A solved kata counts in full." in text


def test_a_revealed_kata_counts_nothing(begin):
    workspace = begin("--hints", "costs")
    assert "return 2 * x" in workspace.type("reveal", FIRST).stdout
    workspace.save(REFERENCE)
    workspace.finish()
    assert card(workspace)["score"] == 0


def test_it_is_judged_once(begin, now):
    workspace = begin()
    workspace.save(REFERENCE)
    workspace.finish()
    before = card(workspace)
    workspace.save(WRONG)
    now.forward(5)
    assert "Score 33.3 %" in workspace.finish()
    assert "Score 33.3 %" in workspace.type("interview", "status").stdout
    assert card(workspace) == before


def test_without_cuda_nothing_is_judged_and_the_interview_goes_on(begin):
    if devices_here()["cuda"]:
        pytest.skip("this machine has CUDA")
    workspace = begin()
    said = workspace.type("interview", "finish", "--gpu")
    assert said.exit_code == 2
    assert "it sees no CUDA device" in said.stderr
    assert workspace.left() == "45:00"


def test_afterwards_the_workspace_is_for_practice(begin):
    workspace = begin("--feedback", "none")
    workspace.save(WRONG)
    workspace.finish()
    result = workspace.pytest("katas/toy/first.py")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*Known mistake: This squares x*", "*pytest --hint toy/first*"])
    assert workspace.type("hint", FIRST).exit_code == 0


def test_the_record_remembers_it(begin, toys):
    workspace = begin()
    workspace.save(REFERENCE)
    workspace.save(WRONG, SECOND)
    workspace.finish()
    store = Store(toys.path / ".torchkata/progress.sqlite3")
    standings = store.standings()
    assert (standings[FIRST].state, standings[SECOND].state) == ("solved", "to do")
    assert standings[SECOND].attempts == 1
    (interview,) = store.history().interviews
    assert json.loads(interview.scorecard)["score"] == card(workspace)["score"]


def test_a_stub_that_was_deleted_is_to_do(begin):
    workspace = begin()
    (workspace.path / "katas/toy/first.py").unlink()
    workspace.finish()
    assert verdicts(workspace) == {FIRST: "to do", SECOND: "to do"}


# The file -----------------------------------------------------------------------------------------


def test_a_run_that_was_killed_while_writing_costs_a_line(begin, now):
    workspace = begin()
    journal = workspace.path / "interview.jsonl"
    now.forward(3)
    workspace.save(REFERENCE)
    workspace.pytest()
    journal.write_bytes(journal.read_bytes() + b'{"event": "run", "clo')
    workspace.pytest()
    assert workspace.interview.damage == ("line 4",)
    workspace.finish()
    assert verdicts(workspace)[FIRST] == "solved"
    assert card(workspace)["notes"] == [
        "The file of the interview is damaged (line 4); the rest of it counts."
    ]


@pytest.mark.parametrize("first", [b"", b"garbage\n", b"[]\n", b'{"event": "start", "clock": ["", 0, 0]}\n'])
def test_of_one_beyond_repair_the_answers_are_saved(begin, first):
    workspace = begin()
    workspace.save(REFERENCE)
    workspace.pytest()
    journal = workspace.path / "interview.jsonl"
    journal.write_bytes(first + journal.read_bytes().partition(b"\n")[2])
    for ask in (
        lambda: workspace.type("interview", "status").stderr,
        lambda: workspace.pytest().stderr.str(),
    ):
        text = ask()
        assert "is damaged: its first line, which says what was agreed on, cannot be read" in text
        assert "Traceback" not in text
    (kept,) = workspace.path.glob(".torchkata/kept/*/toy/first.py")
    assert kept.read_text() == REFERENCE
    assert f"({FIRST}) are in {kept.parents[1]}" in text


def test_names_in_a_damaged_file_lead_nowhere_else(begin, toys):
    workspace = begin()
    journal = workspace.path / "interview.jsonl"
    line = {"event": "run", "clock": ["", 0, 0], "sources": {"../../../../out": ["x", None]}}
    journal.write_text("garbage\n" + json.dumps(line) + "\n")
    assert workspace.type("interview", "status").exit_code == 2
    assert not list(toys.path.rglob("out.py"))


def test_a_newer_file_is_left_alone(begin):
    workspace = begin()
    journal = workspace.path / "interview.jsonl"
    journal.write_text(journal.read_text().replace('"version": 1', '"version": 9'))
    result = workspace.type("interview", "status")
    assert "Update pytest-torchkata" in result.stderr


# In a terminal ------------------------------------------------------------------------------------

_COMMANDS = """\
#!{python}
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from pytest_torchkata import clock
from pytest_torchkata.clock import Reading
clock.read = lambda: Reading(*eval(Path({clock!r}).read_text()))
if __name__ == "__main__":
    {main}
"""


@pytest.mark.own_children
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_whole_interview_in_a_terminal(toys, short_path):
    """As somebody types it, with nothing of it faked but the clock."""
    shown = short_path / "clock"
    programs = {
        "torchkata": "from pytest_torchkata.cli import main; main()",
        "pytest": "import pytest; sys.exit(pytest.main(['-p', 'pytest_torchkata.plugin', *sys.argv[1:]]))",
    }
    for name, main in programs.items():
        program = short_path / name
        program.write_text(
            _COMMANDS.format(python=sys.executable, root=str(ROOT), clock=str(shown), main=main)
        )
        program.chmod(0o755)
    start = time.time()

    def at(minutes):
        shown.write_text(repr(("one", 60.0 * minutes, start + 60 * minutes)))

    terminal = Terminal(toys.path, f"torchkata-interview-{os.getpid()}")

    def enter(line, pattern):
        terminal.keys(f"clear; {line}", "Enter")
        return terminal.wait(pattern)

    place = toys.path / "interviews" / "mine"
    try:
        at(0)
        terminal.start(["env", f"PATH={short_path}:{os.environ['PATH']}", "PS1=> ", "sh"], width=110)
        enter(
            f"torchkata interview start {FIRST} {SECOND} --minutes 45 --into interviews/mine",
            r"toy/second +easy +20 min.*The clock runs\.",
        )
        at(3)
        enter("cd interviews/mine; pytest", r"toy/first +to do.*42:00 left of 45:00")
        (place / "katas/toy/first.py").write_text(WRONG)
        at(10)
        enter("pytest", r"✗ The value and the gradient.*Known mistake.*35:00 left of 45:00.*failed")
        (place / "katas/toy/first.py").write_text(REFERENCE)
        at(15)
        enter("pytest", r"✓ toy/first +3 of 3 checks pass.*30:00 left")
        enter("torchkata interview pause", r"30:00 left. The clock stands still")
        at(500)
        enter("torchkata interview resume", r"30:00 left. The clock runs")
        enter("torchkata interview status", r"30:00 of 45:00 left.*toy/first +3 of 3 checks pass +2 runs")
        at(600)
        screen = enter("pytest", r"Score 33\.3 %.*Katas weigh by their minutes")
        assert re.search(r"✓ toy/first .*2 runs, first 10:00, solved 15:00", screen)
        assert "Paused at 15:00 for 485:00." in screen
    finally:
        terminal.close()


def test_checks_of_these_tests_are_what_they_say():
    assert CHECKS.count("def check_") == 2
