"""A pack goes out without anything that gives its katas away, and comes back in whatever shape."""

import ast
import contextlib
import io
import json
import os
import stat
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

from pytest_torchkata import packs, practice
from pytest_torchkata.catalogue import KataError, facts
from pytest_torchkata.packs import Pack, SubmissionError
from pytest_torchkata.project import ProjectError, find
from tests.conftest import PREDICT, TOML

RIGHT = b"def double(x):\n    return x + x\n"
WRONG = b"def double(x):\n    return x * x\n"
DOUBLE = "katas/toy/double.py"
ROOT = Path(__file__).parents[1]


@pytest.fixture
def interviewer(empty_project):
    """Return a project with katas, of which untouched stubs are known."""
    empty_project.kata("toy/double").kata("toy/other", toml=TOML.replace("easy", "hard"))
    empty_project.kata("toy/guess", **PREDICT)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Katas"]):
        subprocess.run([*git, *command], cwd=empty_project.path, check=True)
    return find(empty_project.path)


def packed(interviewer, place, *katas, **options):
    return packs.pack(interviewer, katas or ["toy/double"], place, **{"minutes": 30, "seed": 7} | options)


def plain_pytest(directory, *arguments, **environment):
    """Run pytest as a candidate does, who has nothing of ours."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments]
    done = subprocess.run(command, cwd=directory, env=known | environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def files(directory):
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}


def zipped(path, entries, **options):
    """Write a zip: content by name, or by whole entries."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", **options) as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, content)
    return path


def answers(path, *katas):
    return packs.read(path).answers(katas or ["toy/double"])


# Going out ----------------------------------------------------------------------------------------


def test_a_pack_has_stubs_and_nothing_that_gives_them_away(interviewer, tmp_path):
    interviewer.catalogue.find("toy/double").stub.write_bytes(RIGHT)
    made = packed(interviewer, tmp_path / "out", "toy/other", "double", "toy/other", title="For Ada")
    names = {"README.md", "pytest.ini", "conftest.py", "interview.json"}
    assert files(tmp_path / "out") == {*names, DOUBLE, "katas/toy/other.py"}
    assert "NotImplementedError" in (tmp_path / "out" / DOUBLE).read_text()
    claim = json.loads((tmp_path / "out/interview.json").read_bytes())
    assert claim == {
        "id": made.id, "title": "For Ada", "minutes": 30, "katas": ["toy/other", "toy/double"],
        "version": practice.version(), "format": 1,
    }  # fmt: skip
    readme = (tmp_path / "out/README.md").read_text()
    for words in ("# For Ada", "30 minutes for 2 katas", "hard | 5", "pip install torch pytest\n"):
        assert words in readme
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    for secret in (b"check_", b"2 * x", b"twice something", b"Squares"):
        assert secret not in everything
    record = json.loads((interviewer.root / f".torchkata/packs/{made.id}.json").read_bytes())
    assert record == {**claim, "seed": 7}
    assert (interviewer.root / ".torchkata/.gitignore").read_text() == "*\n"


def test_nothing_is_overwritten(interviewer, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "old.zip").write_text("mine")
    for place in ("mine", "file", "old.zip"):
        with pytest.raises(ProjectError, match="there already, and nothing is overwritten"):
            packed(interviewer, tmp_path / place)
    assert files(tmp_path) == {"mine/notes", "file", "old.zip"}
    assert not (interviewer.root / ".torchkata").exists()
    (tmp_path / "empty").mkdir()
    packed(interviewer, tmp_path / "empty")


def test_what_cannot_be_packed_is_said_before_anything_is_written(interviewer, empty_project, tmp_path):
    with pytest.raises(KataError, match=r"There is no kata 'toy/duoble'\. Did you mean toy/double"):
        packed(interviewer, tmp_path / "out", "toy/duoble")
    with pytest.raises(ProjectError, match="A pack needs a kata"):
        packs.pack(interviewer, [], tmp_path / "out", minutes=1, seed=1)
    empty_project.kata("toy/new")
    with pytest.raises(ProjectError, match="No untouched stub of toy/new is known"):
        packed(interviewer, tmp_path / "out", "toy/double", "toy/new")
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError):
        packed(interviewer, tmp_path / "file" / "out")
    assert [*(interviewer.root / ".torchkata/packs").iterdir()] == []


def test_plain_pytest_runs_the_examples_in_a_pack(interviewer, tmp_path):
    packed(interviewer, tmp_path / "out.zip", "toy/double", "toy/guess")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extractall(tmp_path / "elsewhere")
    place = tmp_path / "elsewhere/out"
    status, said = plain_pytest(place)
    assert (status, "2 failed" in said) == (1, True)
    assert "left to predict: sum, dtype, shape" in said
    (place / DOUBLE).write_bytes((place / DOUBLE).read_bytes().split(b"import torch")[0] + RIGHT)
    guess = place / "katas/toy/guess.py"
    guess.write_text(guess.read_text().replace("...", "0"))
    (place / "katas/toy/mine.py").write_text("import nothing_like_it\n")
    status, said = plain_pytest(place)
    assert "2 passed, 1 error" in said
    (place / "katas/toy/mine.py").unlink()
    assert plain_pytest(place)[0] == 0
    assert plain_pytest(place / "katas/toy")[0] == 0


def test_the_plugin_finds_nothing_in_a_pack(interviewer, tmp_path):
    packed(interviewer, interviewer.root / "out")
    installed = {"PYTEST_PLUGINS": "pytest_torchkata.plugin", "PYTHONPATH": str(ROOT)}
    status, said = plain_pytest(interviewer.root / "out", **installed)
    assert (status, "1 failed" in said, "torchkata:" in said) == (1, True, False)


def test_the_examples_of_every_kata_pass_with_its_reference_and_fail_in_the_stub(tmp_path):
    practice.init(tmp_path / "drills")
    project = find(tmp_path / "drills")
    katas = project.catalogue.all()
    out = tmp_path / "out"
    packs.pack(project, [kata.id for kata in katas], out, minutes=1, seed=1)
    names = {f"katas/{kata.id}.py" for kata in katas}
    _, said = plain_pytest(out, "--tb=no")
    assert "PASSED" not in said
    assert all(name in said for name in names)
    assert "pip install torch numpy pillow pytest triton" in (out / "README.md").read_text()

    for kata in katas:
        path = out / f"katas/{kata.id}.py"
        source = path.read_text()
        if facts(kata).kind == "predict":
            path.write_text(source.replace("...", "0"))
        else:
            statement = source.splitlines(keepends=True)[: ast.parse(source).body[0].end_lineno]
            path.write_text("".join(statement) + (kata.solution / "reference.py").read_text())
    _, said = plain_pytest(out, "--tb=short")
    needs_cuda = [kata for kata in katas if facts(kata).kind == "gpu"]
    failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    assert {line.split()[1].split("::")[0] for line in failed} <= {
        f"katas/{kata.id}.py" for kata in needs_cuda
    }


# Coming back --------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "out/", "Ada Łovelace/out (2)/", "a/b/c/d/"])
def test_a_submission_is_found_below_a_common_folder(tmp_path, prefix):
    entries = {
        f"{prefix}{DOUBLE}": RIGHT,
        f"{prefix}interview.json": '{"id": "abc"}',
        f"{prefix}katas/toy/unasked.py": "no",
        f"__MACOSX/{prefix}katas/toy/._double.py": "no",
        f"__MACOSX/{prefix}{DOUBLE}": "no",
        f"{prefix}.venv/lib/{DOUBLE}": "no",
        "C:/../../etc/passwd": "no",
    }
    path = zipped(tmp_path / "a.zip", entries)
    assert packs.read(path).claim == "abc"
    assert answers(path, "toy/double", "toy/other") == {"toy/double": RIGHT, "toy/other": None}
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "b")
    assert packs.read(tmp_path / "b").claim == "abc"
    assert answers(tmp_path / "b", "toy/double", "toy/other") == {"toy/double": RIGHT, "toy/other": None}


def test_a_single_file_is_enough_for_a_pack_of_one_kata(tmp_path):
    (tmp_path / "ada.py").write_bytes(RIGHT)
    assert answers(tmp_path / "ada.py", "toy/other") == {"toy/other": RIGHT}
    with pytest.raises(SubmissionError, match="It is one file, and the pack has 2 katas"):
        answers(tmp_path / "ada.py", "toy/double", "toy/other")
    (tmp_path / "big.py").write_bytes(b"#" * (packs.LARGEST + 1))
    with pytest.raises(SubmissionError, match=r"big\.py has more than 1 MiB"):
        answers(tmp_path / "big.py")


def entry(name, mode=0, flags=0):
    made = zipfile.ZipInfo(name)
    made.external_attr, made.flag_bits = mode << 16, flags
    return made


def encrypted(path):
    zipped(path, {DOUBLE: RIGHT})
    content = path.read_bytes()
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + at
        content = content[:place] + b"\x01" + content[place + 1 :]
    path.write_bytes(content)


def spoiled(path):
    zipped(path, {DOUBLE: RIGHT * 50}, compression=zipfile.ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    content[60:90] = b"\xff" * 30
    path.write_bytes(content)


def badly_named(path):
    zipped(path, {"katas/töy.py": RIGHT})
    path.write_bytes(path.read_bytes().replace("ö".encode(), b"\xff\xff"))


BAD = {
    "There is no such file": lambda path: None,
    "It is no zip, no directory, and no Python file": lambda path: path.write_bytes(
        b"PK\x03\x04" + bytes(99)
    ),
    "It is no zip": lambda path: path.touch(),
    "It has none of the files of its pack, such as katas/toy/double.py": lambda path: zipped(path, {"x": ""}),
    "It is there twice: in a and in b": lambda path: zipped(path, {f"a/{DOUBLE}": "", f"b/{DOUBLE}": ""}),
    "It has katas/toy/double.py twice": lambda path: zipped(path, [(DOUBLE, RIGHT), (DOUBLE, WRONG)]),
    "It has none of": lambda path: zipped(path, {f"../{DOUBLE}": RIGHT, f"/{DOUBLE}": RIGHT}),
    "katas/toy/double.py has more than 1 MiB": lambda path: zipped(
        path, {DOUBLE: bytes(1 << 28)}, compression=zipfile.ZIP_DEFLATED
    ),
    "It has more than 16 MiB. Is a virtual environment": lambda path: zipped(
        path, {"x": os.urandom(1 << 24)}
    ),
    "katas/toy/double.py is encrypted": encrypted,
    "It is damaged": spoiled,
    "It is damaged: 'utf-8' codec": badly_named,
    "katas/toy/double.py is a link": lambda path: zipped(
        path, [(entry(DOUBLE, stat.S_IFLNK | 0o777), "/etc/passwd")]
    ),
    "is compressed in a way that is not read here": lambda path: zipped(
        path, {DOUBLE: RIGHT}, compression=zipfile.ZIP_LZMA
    ),
    "It is neither a file nor a directory": lambda path: os.mkfifo(path),
}


@pytest.mark.parametrize("words", BAD)
def test_what_cannot_be_read_is_said(tmp_path, words):
    BAD[words](tmp_path / "a.zip")
    with pytest.raises(SubmissionError) as raised:
        answers(tmp_path / "a.zip")
    assert words in str(raised.value)


def test_a_zip_that_is_cut_or_changed_anywhere_gives_its_answer_or_a_message(tmp_path):
    whole = zipped(
        tmp_path / "whole.zip",
        {DOUBLE: RIGHT, "interview.json": '{"id": "abc"}'},
        compression=zipfile.ZIP_DEFLATED,
    ).read_bytes()
    broken = [whole[:length] for length in range(0, len(whole), 3)]
    broken += [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(len(whole))]
    path = tmp_path / "a.zip"
    for content in broken:
        path.write_bytes(content)
        with contextlib.suppress(SubmissionError):
            assert answers(path) == {"toy/double": RIGHT}


def test_no_link_of_a_directory_is_followed(tmp_path):
    (tmp_path / "secret.py").write_text("secret")
    place = tmp_path / "a" / DOUBLE
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "secret.py")
    with pytest.raises(SubmissionError, match=r"double.py is a link, and no link is followed"):
        answers(tmp_path / "a")
    place.unlink()
    os.mkfifo(place)
    with pytest.raises(SubmissionError, match=r"double.py is no ordinary file"):
        answers(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/katas").symlink_to(tmp_path / "a/katas")
    with pytest.raises(SubmissionError, match="It has none of the files"):
        answers(tmp_path / "b")


@pytest.mark.parametrize("claim", ["", "[]", '{"id": 3}', '{"id": "../../x"}', "[" * 100_000, "\xff", "null"])
def test_a_claim_that_is_none_is_no_claim_that_counts(interviewer, tmp_path, claim):
    made = packed(interviewer, tmp_path / "out")
    path = zipped(tmp_path / "a.zip", {"interview.json": claim.encode("latin-1"), DOUBLE: RIGHT})
    assert packs.packed(interviewer, [packs.read(path)]) == made


# Which pack ---------------------------------------------------------------------------------------


def test_the_record_says_what_was_asked_and_not_the_submission(interviewer, tmp_path):
    first, second = (packed(interviewer, tmp_path / name, "toy/double") for name in ("1", "2"))
    lies = {**json.loads((tmp_path / "1/interview.json").read_bytes()), "katas": ["toy/other"], "seed": 1}
    (tmp_path / "1/interview.json").write_text(json.dumps(lies))
    one, two = packs.read(tmp_path / "1"), packs.read(tmp_path / "2")
    bare = packs.read(zipped(tmp_path / "bare.zip", {DOUBLE: RIGHT}))
    assert packs.packed(interviewer, [bare, one]) == first == Pack(
        first.id, "PyTorch interview", 30, 7, ("toy/double",), practice.version()
    )  # fmt: skip
    assert packs.packed(interviewer, [two]) == second
    with pytest.raises(ProjectError, match="submissions to several packs"):
        packs.packed(interviewer, [one, two])
    with pytest.raises(ProjectError, match=r"there are 2 in .* Name its record:  --pack FILE"):
        packs.packed(interviewer, [bare])
    record = interviewer.root / f".torchkata/packs/{first.id}.json"
    assert packs.packed(interviewer, [one, two], record) == first
    assert packs.packed(interviewer, [bare], tmp_path / "2") == second


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        ("{", "cannot be read as the record of a pack"),
        ("[]", "cannot be read as the record of a pack"),
        ('{"format": 1}', "cannot be read as the record of a pack"),
        ('{"format": 2}', "in format 2, and this version of pytest-torchkata reads format 1"),
    ],
)
def test_a_record_that_is_none_is_said(interviewer, tmp_path, content, words):
    if content is not None:
        (tmp_path / "x.json").write_text(content)
    with pytest.raises(ProjectError, match=words):
        packs.packed(interviewer, [], tmp_path / "x.json")


def test_without_any_record_it_is_said_what_to_do(interviewer, tmp_path):
    with pytest.raises(ProjectError, match=r"none was made in this project\. Name its record:  --pack FILE"):
        packs.packed(interviewer, [])
    for path in (tmp_path / "missing", zipped(tmp_path / "a.zip", {"interview.json": '{"id": "abc"}'})):
        with pytest.raises(ProjectError, match="is no pack"):
            packs.packed(interviewer, [], path)


# Grading ------------------------------------------------------------------------------------------


def test_submissions_are_graded_and_none_costs_another_anything(interviewer, tmp_path, capsys):
    made = packed(interviewer, tmp_path / "out", "toy/double", "toy/other")
    for name, source in (("ada", RIGHT), ("bob", b"import os\nos._exit(0)\n")):
        place = tmp_path / name / "Łösung 1"
        place.parent.mkdir()
        (tmp_path / "out").rename(place)
        (place / DOUBLE).write_bytes(source)
        entries = {f"Łösung 1/{each}": (place / each).read_bytes() for each in files(place)}
        zipped(tmp_path / name / "Łösung 1.zip", entries)
        place.rename(tmp_path / "out")
    (tmp_path / "out" / DOUBLE).unlink()
    (tmp_path / "broken.zip").write_bytes(b"PK")
    paths = [
        tmp_path / "broken.zip", tmp_path / "ada/Łösung 1.zip", tmp_path / "bob/Łösung 1.zip",
        tmp_path / "out", tmp_path / "nowhere", tmp_path / "ada/Łösung 1.zip",
    ]  # fmt: skip
    asked, graded = packs.grade(interviewer, paths, jobs=2)
    assert asked == made
    assert [each.path for each in graded] == paths
    names = [each.name for each in graded]
    assert names == ["broken.zip", str(paths[1]), str(paths[2]), "out", "nowhere", f"{paths[1]} (2)"]
    states = [{kata: result.state for kata, result in each.katas.items()} for each in graded]
    ada = {"toy/double": "solved", "toy/other": "to do"}
    expected = [{}, ada, {**ada, "toy/double": "failing"}, {**ada, "toy/double": "to do"}, {}, ada]
    assert states == expected
    assert [each.trouble[:11] for each in graded] == ["It is no zi", "", "", "", "There is no", ""]
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 4
    assert said.err.splitlines()[-1].startswith("4 of 4  ")


def test_a_pack_of_katas_that_are_gone_is_not_graded(interviewer, tmp_path):
    packed(interviewer, tmp_path / "out")
    (interviewer.catalogue.solutions / "toy/double").rename(tmp_path / "gone")
    with pytest.raises(KataError, match="has the kata toy/double, which is not in"):
        packs.grade(interviewer, [tmp_path / "out"])


def test_progress_is_a_bar_on_a_terminal(interviewer, tmp_path, monkeypatch):
    packed(interviewer, tmp_path / "out")
    seen = io.StringIO()
    monkeypatch.setattr("sys.stderr", seen)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    packs.grade(interviewer, [tmp_path / "out"], jobs=1)
    assert "answers" in seen.getvalue()
    assert "1/1" in seen.getvalue()
