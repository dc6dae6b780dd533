"""The commands, in a terminal and in a pipe: what they print, and how they end."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_torchkata import doctor, proof
from pytest_torchkata.project import find
from tests.conftest import CHECKS, PREDICT, REFERENCE, STUB, TOML, WRONG

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "from pytest_torchkata.cli import main; main()"]


@pytest.fixture
def record(empty_project):
    """Record a run, as of so many days ago."""

    def record(state, name="toy/double", *, ago=0, **what):
        what = {"passed": 1, "checks": 3, "seed": 1, "source": "x", "seconds": 0.1, "failing": None} | what
        at = datetime.now(UTC) - timedelta(days=ago)
        find(empty_project.path).store.record(name, state=state, mistake=None, at=at, **what)

    return record


@pytest.fixture
def four(empty_project, record):
    """Four katas: one is solved, one solved and due, one fails, one is to do."""
    empty_project.kata("far/away", toml=TOML.replace("easy", "hard")).kata("far/predicted", **PREDICT)
    empty_project.kata("toy/double").kata("toy/other", toml=TOML.replace("5", "50"))
    record("solved", "far/away")
    record("solved", "far/predicted", ago=400)
    record("failing", "toy/double", failing="The value and the gradient", passed=2)
    return empty_project


def ids(result):
    return [row["id"] for row in json.loads(result.stdout)]


# list ---------------------------------------------------------------------------------------------


def test_a_list_in_a_pipe_is_a_line_for_each_kata(four, torchkata):
    lines = torchkata("list").stdout.splitlines()
    assert [re.split(r"  +", line.strip()) for line in lines] == [
        ["kata", "level", "kind", "min", "state"],
        ["far/predicted", "easy", "predict", "5", "✓ solved, due"],
        ["far/away", "hard", "implement", "5", "✓ solved"],
        ["toy/double", "easy", "implement", "5", "✗ failing"],
        ["toy/other", "easy", "implement", "50", "· to do"],
    ]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("--topic toy", ["toy/double", "toy/other"]),
        ("--level hard", ["far/away"]),
        ("--kind predict", ["far/predicted"]),
        ("--state solved", ["far/predicted", "far/away"]),
        ("--state to-do", ["toy/other"]),
        ("--minutes 5", ["far/predicted", "far/away", "toy/double"]),
        ("--due", ["far/predicted"]),
        ("--state solved --level easy", ["far/predicted"]),
        ("--topic toy --minutes 4", []),
    ],
)
def test_filters_combine(four, torchkata, filters, found):
    assert ids(torchkata("list", "--json", *filters.split())) == found


def test_a_list_with_nothing_in_it_says_so(four, torchkata):
    assert torchkata("list", "--topic", "toy", "--minutes", "4").stdout == "No kata is like that.\n"


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ("--topic toys", "there is no 'toys'. Did you mean toy?"),
        ("--level esay", "there is no 'esay'. Did you mean easy?"),
        ("--kind quiz", "Choose from implement, bughunt, predict, perf, distributed, gpu."),
        ("--state todo", "Did you mean to-do?"),
        ("--minutes 0", "--minutes"),
        ("--levle easy", "--level"),
    ],
)
def test_a_filter_that_cannot_be_is_named(four, torchkata, filters, words):
    said = torchkata("list", *filters.split())
    assert said.exit_code == 2
    assert words in said.stderr
    assert said.stdout == ""


def test_json_tells_what_is_known_of_a_kata(four, torchkata):
    row = json.loads(torchkata("list", "--json", "--state", "failing").stdout)[0]
    assert datetime.fromisoformat(row.pop("last_at")).tzinfo is not None
    assert row == {
        "id": "toy/double", "topic": "toy", "name": "double", "title": "Double a tensor", "kind": "implement",
        "level": "easy", "minutes": 5, "tags": [], "state": "failing", "due": False, "due_at": None,
        "attempts": 1, "hints": 0, "revealed": False, "solved_at": None, "stub": str(four.stub()),
    }  # fmt: skip


def test_a_kata_without_facts_does_not_hide_the_others(four, torchkata):
    (four.path / "solutions/toy/other/kata.toml").write_text('title = "Only this"')
    said = torchkata("list")
    assert re.search(r"^toy/other +! broken *$", said.stdout, re.MULTILINE)
    assert re.search(r"^Error: .*toy/other/kata.toml: kind is missing", said.stderr)
    assert "kind is missing" in json.loads(torchkata("list", "--json").stdout)[-1]["error"]


def test_what_has_no_stub_is_told_apart(four, torchkata):
    four.stub("far/away").unlink()
    said = torchkata("list", "--json")
    assert "far/away" not in ids(said)
    assert said.stderr.startswith("Without a stub here: 1, such as far/away.")
    assert "torchkata reset far/away  brings it back" in torchkata("show", "far/away").stdout


def test_colour_is_for_terminals_that_want_it(four, torchkata):
    green = "\x1b[32m"
    assert "\x1b" not in torchkata("list").stdout
    assert green in torchkata("list", FORCE_COLOR="1", TERM="xterm").stdout
    assert green not in torchkata("list", FORCE_COLOR="1", TERM="xterm", NO_COLOR="1").stdout


def test_a_table_fits_into_a_terminal(four, torchkata):
    name = "performance/cosine_similarity_matrix"
    four.kata(name, toml=TOML.replace("implement", "distributed").replace("easy", "warmup"))
    lines = torchkata("list", FORCE_COLOR="1", TERM="xterm", COLUMNS="80", NO_COLOR="1").stdout.splitlines()
    assert any(name in line for line in lines)
    assert all(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= 80 for line in lines)


# next, show, status -------------------------------------------------------------------------------


def test_what_fails_comes_next(four, torchkata):
    said = torchkata("next").stdout
    assert said.startswith("toy/double   implement · easy · 5 min\nDouble a tensor\n")
    assert "It fails" in said
    assert "✗ failing after 1 attempt: 2 of 3 checks pass; first to fail: The value and the gradient" in said
    assert "  Open    katas/toy/double.py\n" in said
    assert "pytest katas/toy/double.py" in said
    data = json.loads(torchkata("next", "--json").stdout)
    assert (data["why"], data["kata"]["id"]) == ("failing", "toy/double")


def test_what_is_due_comes_before_what_is_to_do(four, torchkata, record):
    record("solved", "toy/double", passed=3)
    said = torchkata("next").stdout
    assert "far/predicted" in said
    assert "due for review" in said
    assert "torchkata reset far/predicted    (keeps what you wrote)" in said
    find(four.path).store.reset("far/predicted")
    record("solved", "far/predicted")
    assert "It is the easiest that is to do" in torchkata("next").stdout


def test_when_all_is_solved_the_next_review_is_told(project, torchkata, record):
    record("solved")
    said = torchkata("next").stdout
    assert re.fullmatch(
        r"Nothing: every kata is solved, and none is due\. The next review is due on \d{4}-\d\d-\d\d\.\n",
        said,
    )
    data = json.loads(torchkata("next", "--json").stdout)
    assert data["kata"] is None
    assert datetime.fromisoformat(data["due_at"]) > datetime.now(UTC)


def test_a_kata_is_shown_with_its_standing(four, torchkata):
    said = torchkata("show", "double").stdout.splitlines()
    assert said[0] == "toy/double   implement · easy · 5 min"
    assert "    >>> double(torch.tensor([1.0, 2.0]))" in said
    assert "  Stuck?  torchkata hint toy/double    (0 of 3 hints taken)" in said
    assert re.search(r"✓ solved after 1 attempt, to review on 20", torchkata("show", "away").stdout)


def test_status_tells_every_kata(four, torchkata):
    assert torchkata("status").stdout == torchkata("report").stdout
    data = json.loads(torchkata("status", "--json").stdout)
    assert [each["state"] for each in data.values()] == ["solved", "solved", "failing", "to do"]
    assert [each["due"] for each in data.values()] == [True, False, False, False]


def test_hints_are_taken_and_counted(project, torchkata):
    assert "What is twice something?" in torchkata("hint", "double").stdout
    assert "There is an operator for that." in torchkata("hint", "double").stdout
    assert "(2 of 3 hints taken)" in torchkata("show", "double").stdout


def test_a_reveal_shows_the_solution_and_counts(project, torchkata):
    assert "return 2 * x" in torchkata("reveal", "double").stdout
    assert "revealed" in torchkata("show", "double").stdout


# Wherever one is ----------------------------------------------------------------------------------


def test_commands_work_from_below_and_name_files_from_there(four, torchkata):
    assert "  Open    double.py" in torchkata("next", cwd=four.path / "katas/toy").stdout


@pytest.mark.parametrize(
    "command", ["list", "next", "status", "report --json", "update", "proof", "watch", "show x", "reset x"]
)
def test_without_katas_every_command_says_how_to_get_some(pytester, torchkata, command):
    said = torchkata(*command.split())
    assert said.exit_code == 2
    assert said.stderr.startswith("Error: There are no katas in ")
    assert said.stderr.endswith("Make a practice directory:  torchkata init drills\n")


@pytest.mark.parametrize("command", ["show", "hint", "reveal", "reset", "proof"])
def test_a_misspelled_kata_is_recognised(project, torchkata, command):
    said = torchkata(command, "toy/duoble")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr == "Error: There is no kata 'toy/duoble'. Did you mean toy/double?\n"


def test_a_damaged_record_is_named(project, torchkata, record):
    record("solved")
    path = project.path / ".torchkata/progress.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    for command in ("list", "next", "show double"):
        said = torchkata(*command.split())
        assert said.exit_code == 2
        assert f"The progress file {path} is damaged" in said.stderr


def test_what_can_be_read_of_a_damaged_record_is_saved_and_told_once(project, torchkata, record):
    record("failing")
    record("solved", "toy/other")
    path = spoil_a_row(project)
    damaged = path.read_bytes()
    assert re.search(
        r"✗ record .* is damaged, or not a progress file \(seed is '\?', .*\n +→ torchkata status  saves",
        torchkata("doctor").stdout,
    )
    assert path.read_bytes() == damaged

    said = torchkata("list", "--json")
    assert said.exit_code == 0
    assert [row["state"] for row in json.loads(said.stdout)] == ["to do"]
    (copy,) = path.parent.glob("progress.sqlite3.damaged-*")
    assert said.stderr == (
        f"The progress file {path} was damaged "
        "(seed is '?', expected the digits of a whole number, as a text). "
        "What could be read of it was saved, and you go on with that: 1 run, 0 aids and 0 interviews. "
        f"The damaged file is kept as {copy}.\n"
    )
    assert copy.read_bytes() == damaged
    assert torchkata("next").stderr == ""
    assert re.search(r"✓ record .*, katas met: 1", torchkata("doctor").stdout)


def spoil_a_row(project):
    """Damage the first run of the record."""
    path = find(project.path).store.path
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE run SET seed = '?' WHERE id = 1")
    return path


def test_a_misspelled_command_is_recognised(torchkata):
    said = torchkata("lits")
    assert said.exit_code == 2
    assert "Did you mean 'list'" in said.stderr


def test_help_names_every_command(torchkata):
    said = torchkata("--help").stdout
    practising = ("init", "watch", "next", "list", "show", "hint", "reveal", "reset", "status", "interview")
    for name in (*practising, "report", "export", "import", "update"):
        assert re.search(rf"^  {name} +[A-Z].*\.$", said, re.MULTILINE)
    assert "..." not in said.replace("[ARGS]...", "")


def test_the_version_is_told(torchkata):
    assert re.fullmatch(r"torchkata (\d+\.\d+\.\d+|\(not installed\))\n", torchkata("--version").stdout)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("show toy/d", ["toy/double"]),
        ("proof toy/double toy/o", ["toy/other"]),
        ("list --topic ", ["far", "toy"]),
        ("list --level e", ["easy", "expert"]),
        ("list --state t", ["to-do"]),
        ("list --kind p", ["predict", "perf"]),
    ],
)
def test_words_complete(four, torchkata, typed, offered):
    words = f"torchkata {typed}"
    position = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    assert torchkata(_TORCHKATA_COMPLETE="complete_bash", **position).stdout.splitlines() == offered


def test_nothing_completes_where_there_is_no_project(pytester, torchkata):
    position = {"COMP_WORDS": "torchkata show ", "COMP_CWORD": "2"}
    assert torchkata(_TORCHKATA_COMPLETE="complete_bash", **position).stdout.strip() == ""


def test_neither_torch_nor_pytest_is_imported_to_look_something_up(four):
    program = (
        "import sys\nfrom pytest_torchkata.cli import app\n"
        "for command in (['list'], ['next'], ['show', 'double'], ['status']):\n"
        "    app(command, standalone_mode=False)\n"
        "print(sorted({'torch', 'numpy', '_pytest'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=four.path, capture_output=True, text=True)
    assert done.stderr == "[]\n"


def test_a_reader_who_has_seen_enough_is_told_nothing(four):
    for number in range(60):  # more than a pipe holds
        four.kata(f"many/kata_{number}", toml=TOML + f"tags = [{'x' * 2000!r}]\n")
    for arguments in (["list", "--json"], ["list"]):
        reading, writing = os.pipe()
        os.close(reading)
        command = [*COMMAND, *arguments]
        done = subprocess.run(command, cwd=four.path, stdout=writing, stderr=subprocess.PIPE, text=True)
        os.close(writing)
        assert done.stderr == ""


def test_an_encoding_without_marks_is_no_reason_to_fail(four):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*COMMAND, "list"], cwd=four.path, env=environment, capture_output=True, text=True)
    assert "? failing" in done.stdout
    assert done.returncode == 0


# doctor -------------------------------------------------------------------------------------------


@pytest.fixture
def needs(monkeypatch):
    """Let the package have been installed with these requirements."""

    def needs(*requirements):
        monkeypatch.setattr(doctor.practice, "version", lambda: "0.1.0")
        monkeypatch.setattr(doctor.metadata, "requires", lambda name: [*requirements])

    return needs


def test_a_sound_machine_is_fine(project, torchkata, needs):
    needs("pytest>=8", "psutil; sys_platform == 'nowhere'")
    said = torchkata("doctor")
    assert said.exit_code == 0
    lines = [re.split(r" {2,}", line) for line in said.stdout.splitlines()]
    assert ["✓ pytest", pytest.__version__] in lines
    assert "psutil" not in [line[0].strip("✓ ") for line in lines]
    assert re.search(r"^✓ devices +cpu", said.stdout, re.MULTILINE)
    assert re.search(r"^[✓!] isolation +\w+ \(.*audit hook\)", said.stdout, re.MULTILINE)
    assert re.search(r"^✓ project .*, with its own solutions, katas: 1$", said.stdout, re.MULTILINE)
    assert re.search(r"^✓ record .*progress.sqlite3, not begun$", said.stdout, re.MULTILINE)
    states = {finding["state"] for finding in json.loads(torchkata("doctor", "--json").stdout)}
    assert states <= {"fine", "advice"}


def test_what_is_broken_is_marked_with_what_to_do(project, torchkata, needs, monkeypatch, record):
    needs("pytest<2", "no-such-package>=1")
    record("solved")
    (project.path / ".torchkata/progress.sqlite3").write_bytes(b"no database at all" * 100)
    project.kata("toy/other", toml='title = "Only this"')
    project.stub("toy/double").unlink()
    monkeypatch.setattr(doctor.tempfile, "tempdir", str(project.path / "nowhere"))
    said = torchkata("doctor")
    assert said.exit_code == 1
    for words in (
        rf"✗ pytest +{pytest.__version__}, where <2 is needed\n +→ pip install \"pytest<2\"",
        r"✗ no-such-package +is not installed\n +→ pip install \"no-such-package>=1\"",
        r"✗ record .* is damaged",
        r"✗ toy/other .*kind is missing.*\n +→ torchkata proof toy/other",
        r"! stubs +missing: 1, such as toy/double\n +→ torchkata reset toy/double",
        r"✗ temporary directory .*nowhere.*\n +→ set TMPDIR to another one",
    ):
        assert re.search(words, said.stdout), words


def test_a_machine_without_walls_gets_advice(project, torchkata, monkeypatch):
    monkeypatch.setattr(doctor.confine, "level", lambda: "audit hook")
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    said = torchkata("doctor").stdout
    assert re.search(r"! isolation .*\n +→ a Linux of 5.13 .*; install libseccomp", said)


def test_where_there_is_no_project_the_doctor_says_how_to_make_one(pytester, torchkata):
    assert re.search(
        r"! project +There are no katas.*\n +→ torchkata init drills", torchkata("doctor").stdout
    )


# new, proof ---------------------------------------------------------------------------------------


def test_a_skeleton_is_refused_until_it_is_written(empty_project, torchkata):
    said = torchkata("new", "toy/double").stdout
    assert "  torchkata proof toy/double " in said
    files = {
        "katas/toy/double.py": STUB,
        "solutions/toy/double/kata.toml": TOML,
        "solutions/toy/double/reference.py": REFERENCE,
        "solutions/toy/double/checks.py": CHECKS,
        "solutions/toy/double/wrong.py": WRONG,
    }
    for file, text in files.items():
        assert f"✓ {file}\n" in said
        refused = torchkata("proof", "toy/double")
        assert refused.exit_code == 1
        assert re.search(rf"^    {file}:\d+ is left to write: \S", refused.stdout, re.MULTILINE)
        (empty_project.path / file).write_text(text)
    held = torchkata("proof")
    assert (held.exit_code, held.stdout) == (0, "✓ toy/double\n")


def test_a_directory_becomes_a_project_with_its_first_kata(pytester, torchkata):
    (pytester.path / "tox.ini").unlink()  # what the project of these tests has
    assert "✓ pytest.ini\n" in torchkata("new", "toy/double").stdout
    assert (pytester.path / "pytest.ini").read_text() == "[pytest]\ntestpaths = katas\n"
    assert "pytest.ini" not in torchkata("new", "toy/other").stdout
    assert ids(torchkata("list", "--json")) == ["toy/double", "toy/other"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("double", "is no id of a kata: write topic/name"),
        ("a/b/c", "is no id of a kata: write topic/name"),
        ("toy/Double", "'Double' in 'toy/Double' cannot be imported as a module of ours"),
        ("toy/2d", "'2d' in 'toy/2d'"),
        ("toy/class", "'class' in 'toy/class'"),
        ("../double", "'..' in '../double'"),
    ],
)
def test_an_id_must_be_importable(empty_project, torchkata, name, words):
    said = torchkata("new", name)
    assert said.exit_code == 2
    assert words in said.stderr
    assert not (empty_project.path / "katas").exists()


def test_a_kata_that_is_there_is_not_overwritten(project, torchkata):
    said = torchkata("new", "toy/double")
    assert said.exit_code == 2
    assert "double.py already, and nothing is overwritten" in said.stderr
    assert project.stub().read_text() == STUB


@pytest.mark.parametrize("command", ["new toy/other", "proof"])
def test_a_practice_directory_is_no_place_for_an_author(project, torchkata, command):
    project.ini(torchkata_solutions="installed")
    said = torchkata(*command.split())
    assert said.exit_code == 2
    assert "is a practice directory" in said.stderr


def test_proof_tells_what_is_wrong_with_which_kata(project, torchkata):
    on_gpu = CHECKS.replace("import pytest\n", "import pytest\n\npytestmark = pytest.mark.needs_cuda\n", 1)
    partly = CHECKS.replace("def check_value", "@pytest.mark.needs_cuda\ndef check_value")
    project.kata("toy/other", wrong="").kata("toy/on_gpu", checks=on_gpu).kata("toy/partly", checks=partly)
    said = torchkata("proof", "toy/other", "toy/on_gpu", "toy/partly")
    assert said.exit_code == 1
    assert said.stdout.splitlines() == [
        "✗ toy/other",
        "    wrong.py has no wrong answer, so nothing shows that the checks can fail",
        "✓ toy/on_gpu  as far as it can be read; its checks were not run: needs CUDA: run it with --gpu on a "
        "machine that has a CUDA device",
        "✓ toy/partly",
        "    not tried here: Squares, the reflex 'zeros', the reflex 'constant', the reflex 'input', "
        "the reflex 'half'; what would reject them needs CUDA: run it with --gpu on a machine that has a "
        "CUDA device",
    ]
    data = json.loads(torchkata("proof", "--json", "toy/double", "toy/other").stdout)
    assert data["toy/double"] == []
    assert len(data["toy/other"]) == 1


def test_proof_draws_the_inputs_of_an_earlier_one_again(project, torchkata):
    project.kata("toy/other", wrong=WRONG.replace("x * x", "2 * x"))
    first, second = (torchkata("proof", "toy/other", *more).stdout for more in ([], ["--kata-seed=7"]))
    seed = re.search(r"check_value with --kata-seed (\d+) does not reject Squares", first)[1]
    assert "check_value with --kata-seed 7 does not reject Squares" in second
    assert torchkata("proof", "toy/other", f"--kata-seed={seed}").stdout == first


def test_checks_that_cannot_be_run_are_quoted(project, torchkata):
    project.kata("toy/other", checks="import nowhere\n" + CHECKS)
    said = torchkata("proof", "toy/other")
    assert "    solutions/toy/other/checks.py: its checks cannot be run:\n" in said.stdout
    assert "No module named 'nowhere'" in said.stdout


def test_an_interrupted_proof_ends_the_command_in_silence(project, torchkata, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(proof._Cases, "verdict", interrupt)
    said = torchkata("proof")
    assert (said.exit_code, said.stdout, said.stderr) == (130, "", "")


# watch --------------------------------------------------------------------------------------------


def test_watch_hands_over_the_project_and_the_paths(project, torchkata, monkeypatch):
    from pytest_torchkata import watch

    seen = []

    def watched(project, paths, track):
        seen.append((project.root, paths, track))
        return 3

    monkeypatch.setattr(watch, "watch", watched)
    assert torchkata("watch", "toy/double", "--track", "evening").exit_code == 3
    assert seen == [(project.path, ["toy/double"], "evening")]
