"""A practice directory is made from what is installed, brought up to date, and its stubs put back."""

import json
import re
import subprocess
from datetime import datetime

import pytest

from pytest_torchkata import doctor, files, practice, project
from pytest_torchkata.project import find
from tests.conftest import PREDICT, STUB, TOML

ANSWER = "def double(x):\n    return x + x\n"
NEW = STUB.replace("Return twice x", "Return x, doubled")


@pytest.fixture
def package(empty_project, monkeypatch):
    """Let what is installed be a catalogue of two katas, which a test can change as a newer wheel would."""
    empty_project.kata().kata("far/away")
    folders = empty_project.path / "katas", empty_project.path / "solutions"
    for module in (practice, project):
        monkeypatch.setattr(module, "installed", lambda: folders)
    return empty_project


@pytest.fixture
def drills(package, torchkata):
    """A practice directory made from the package, and the commands in it."""

    class Drills:
        path = package.path / "drills"
        manifest = path / ".torchkata/stubs.json"

        def stub(self, name="toy/double"):
            return self.path / f"katas/{name}.py"

        def run(self, *arguments):
            result = torchkata(*arguments, cwd=self.path)
            assert result.exit_code == 0, result.stderr
            return result.stdout

        def store(self):
            return find(self.path).store

    assert torchkata("init", "drills").exit_code == 0
    return Drills()


def everything(directory):
    """Return every file in a directory with its content."""
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def record(store, state="failing"):
    store.record(
        "toy/double",
        state=state,
        passed=1,
        checks=3,
        seed=1,
        source="x",
        seconds=0,
        failing=None,
        mistake=None,
    )


# pages ---------------------------------------------------------------------------------------------


def test_pages_about_katas_are_handed_out_and_kept_up_to_date(package, torchkata):
    page = package.path / "katas/toy/README.md"
    page.write_text("old")
    assert torchkata("init", "drills").stdout.startswith("✓ 2 katas to practise")
    handed = package.path / "drills/katas/toy/README.md"
    assert handed.read_text() == "old"
    page.write_text("new")
    page.with_name("more.md").write_text("more")
    said = torchkata("update", cwd=package.path / "drills").stdout
    assert said == "✓ toy/more.md is new\n✓ toy/README.md has a new text\n"
    assert handed.read_text() == "new"


def test_notes_in_a_page_stay(package, torchkata):
    page = package.path / "katas/toy/README.md"
    page.write_text("old")
    torchkata("init", "drills")
    handed = package.path / "drills/katas/toy/README.md"
    handed.write_text("old, and my notes")
    page.write_text("new")
    assert torchkata("update", cwd=package.path / "drills").stdout == "✓ Every stub is up to date.\n"
    assert handed.read_text() == "old, and my notes"


# init ---------------------------------------------------------------------------------------------


def test_a_practice_directory_has_stubs_and_settings_and_no_solution(package, torchkata):
    said = torchkata("init", "drills")
    assert said.stdout.startswith("✓ 2 katas to practise are in drills.")
    assert "  cd drills\n" in said.stdout
    made = everything(package.path / "drills")
    assert made.keys() == {
        "katas/far/away.py", "katas/toy/double.py", "pytest.ini", ".torchkata/stubs.json",
        ".torchkata/.gitignore",
    }  # fmt: skip
    assert made["katas/toy/double.py"] == package.stub().read_bytes()
    assert find(package.path / "drills/katas/toy").is_practice


def test_what_is_in_an_unrelated_directory_stays(package, torchkata):
    (package.path / "drills").mkdir()
    (package.path / "drills/notes.txt").write_text("mine")
    assert torchkata("init", ".", cwd=package.path / "drills").exit_code == 0
    made = everything(package.path / "drills")
    assert made["notes.txt"] == b"mine"
    assert len(made) == 6


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        (
            "katas/toy/double.py",
            "mine",
            "drills has katas/toy/double.py already, and nothing is",
        ),
        ("tox.ini", "[pytest]\n", "drills has settings for pytest already"),
        ("katas/toy", "a file", "Not a directory"),
        ("pytest.toml", "[pytest", "pytest.toml cannot be read"),
    ],
)
def test_a_directory_that_would_suffer_is_left_as_it_is(package, torchkata, file, content, words):
    path = package.path / "drills" / file
    path.parent.mkdir(parents=True)
    path.write_text(content)
    before = everything(package.path)
    said = torchkata("init", "drills")
    assert said.exit_code == 2
    assert words in said.stderr
    assert everything(package.path) == before
    assert not (package.path / "drills/katas/far").exists()


def test_a_file_in_the_place_of_the_directory_is_named(package, torchkata):
    (package.path / "drills").write_text("mine")
    assert "drills" in torchkata("init", "drills").stderr
    assert (package.path / "drills").read_text() == "mine"


def test_a_second_init_names_update(drills, torchkata):
    before = everything(drills.path)
    said = torchkata("init", drills.path)
    assert said.exit_code == 2
    assert "is a practice directory already. To bring new katas into it, type there:  torchkata update" in (
        said.stderr
    )
    assert everything(drills.path) == before


def test_an_installation_without_katas_says_how_to_mend_it(empty_project, torchkata, monkeypatch):
    folders = empty_project.path / "katas", empty_project.path / "solutions"
    monkeypatch.setattr(practice, "installed", lambda: folders)
    said = torchkata("init", "drills")
    assert "has no katas" in said.stderr
    assert "pip install" in said.stderr
    assert not (empty_project.path / "drills").exists()


# update -------------------------------------------------------------------------------------------


def test_nothing_new_is_said_to_be_nothing(drills):
    before = everything(drills.path)
    assert drills.run("update") == "✓ Every stub is up to date.\n"
    assert everything(drills.path) == before


def test_new_katas_and_changed_stubs_arrive(package, drills):
    package.kata("toy/new").answer(NEW)
    assert drills.run("update").splitlines() == ["✓ toy/new is new", "✓ toy/double has a new stub"]
    assert drills.stub("toy/new").read_text() == package.stub("toy/new").read_text()
    assert "x, doubled" in drills.stub().read_text()
    assert drills.run("update") == "✓ Every stub is up to date.\n"


def test_what_the_learner_wrote_stays_and_the_way_to_the_new_statement_is_told(package, drills):
    drills.stub().write_text(ANSWER)
    assert drills.run("update") == "✓ Every stub is up to date.\n"
    package.answer(NEW)
    for _ in range(2):
        said = drills.run("update")
        assert (
            said
            == "! toy/double has a new statement;  torchkata reset toy/double  takes it and keeps yours\n"
        )
        assert drills.stub().read_text() == ANSWER
    drills.run("reset", "toy/double")
    assert "x, doubled" in drills.stub().read_text()
    package.answer(STUB)
    assert drills.run("update") == "✓ toy/double has a new stub\n"


def test_a_stub_that_was_deleted_stays_deleted(package, drills):
    drills.stub().unlink()
    package.answer(NEW)
    for _ in range(2):
        assert "toy/double was deleted here, and stays so;  torchkata reset toy/double" in drills.run(
            "update"
        )
        assert not drills.stub().exists()


def test_a_kata_that_is_gone_keeps_its_file(package, drills):
    drills.stub().write_text(ANSWER)
    package.stub().unlink()
    (package.path / "solutions/toy/double/kata.toml").unlink()
    for _ in range(2):
        assert "toy/double is no longer a kata of pytest-torchkata; your file was left" in drills.run(
            "update"
        )
    assert drills.stub().read_text() == ANSWER
    drills.stub().unlink()
    assert drills.run("update") == "✓ Every stub is up to date.\n"


def test_a_file_of_the_learner_in_the_place_of_a_new_kata_stays(package, drills):
    package.kata("toy/new")
    drills.stub("toy/new").write_text("mine")
    assert "toy/new has a new statement" in drills.run("update")
    assert drills.stub("toy/new").read_text() == "mine"


def test_the_doctor_sees_that_the_package_is_newer(drills, monkeypatch):
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: [])
    monkeypatch.setattr(practice, "version", lambda: "1.0")
    drills.run("update")
    assert "are those of" not in drills.run("doctor")
    monkeypatch.setattr(practice, "version", lambda: "2.0")
    assert re.search(
        r"! stubs +are those of pytest-torchkata 1.0\n +→ torchkata update", drills.run("doctor")
    )


@pytest.mark.parametrize("manifest", [None, "", "{", "[]", "3", '{"version": "1", "stubs": 3}', "[" * 10**5])
def test_without_a_manifest_whatever_differs_is_the_learners(package, drills, manifest):
    drills.stub("far/away").write_text(ANSWER)
    package.answer(NEW).kata("toy/new")
    drills.manifest.unlink()
    if manifest is not None:
        drills.manifest.write_text(manifest)
    before = drills.stub().read_text()
    said = drills.run("update")
    assert "toy/new is new" in said
    for name in ("far/away", "toy/double"):
        assert f"{name} has a new statement" in said
    assert "What had been handed out was not known" in said
    assert (drills.stub().read_text(), drills.stub("far/away").read_text()) == (before, ANSWER)
    assert "not known" not in drills.run("update")
    drills.stub().unlink()
    assert "toy/double was deleted here" in drills.run("update")


def test_an_update_that_cannot_go_on_says_where(package, drills, torchkata):
    package.kata("new/kata")
    (drills.path / "katas/new").write_text("a file")
    said = torchkata("update", cwd=drills.path)
    assert said.exit_code == 2
    assert f"Error: {drills.path}/katas/new" in said.stderr


def test_a_clone_is_updated_by_git(project, torchkata):
    said = torchkata("update")
    assert said.exit_code == 2
    assert "git pull" in said.stderr


# reset --------------------------------------------------------------------------------------------


def test_a_reset_keeps_what_was_there(drills):
    drills.stub().write_text(ANSWER)
    record(drills.store())
    said = drills.run("reset", "double")
    assert said.startswith("✓ katas/toy/double.py is as it was handed out.\n")
    kept = drills.path / said.rpartition(" kept in ")[2].strip()
    assert kept.read_text() == ANSWER
    assert kept.match(".torchkata/kept/toy/double.20??-??-??.??????.py")
    assert drills.stub().read_text() == STUB
    assert drills.store().standing("toy/double").state == "to do"


def test_two_resets_in_one_second_keep_both(drills, monkeypatch):
    class Clock:
        @staticmethod
        def now():
            return datetime(2026, 1, 2, 3, 4, 5)

    monkeypatch.setattr(files, "datetime", Clock)
    for text in ("one", "two", "three"):
        drills.stub().write_text(text)
        drills.run("reset", "toy/double")
    kept = everything(drills.path / ".torchkata/kept/toy")
    assert kept == {
        "double.2026-01-02.030405.py": b"one",
        "double.2026-01-02.030405-2.py": b"two",
        "double.2026-01-02.030405-3.py": b"three",
    }


def test_an_untouched_stub_leaves_nothing_to_keep(drills):
    assert drills.run("reset", "toy/double") == "✓ katas/toy/double.py is as it was handed out.\n"
    assert not (drills.path / ".torchkata/kept").exists()


def test_a_deleted_stub_comes_back(drills):
    drills.stub().unlink()
    drills.run("reset", "toy/double")
    assert drills.stub().exists()
    assert drills.run("update") == "✓ Every stub is up to date.\n"


def test_a_stub_is_put_back_also_where_that_cannot_be_recorded(drills, torchkata):
    drills.stub().write_text(ANSWER)
    (drills.path / ".torchkata/progress.sqlite3").write_text("no database, and long enough to be read as one")
    said = torchkata("reset", "toy/double", cwd=drills.path)
    assert said.exit_code == 2
    assert "The stub of toy/double is back. What was there is kept in " in said.stderr
    assert "is damaged" in said.stderr
    assert "NotImplementedError" in drills.stub().read_text()


# reset in a clone ---------------------------------------------------------------------------------

TWO = STUB + "\n\ndef triple(x):\n    '''Three times x.'''\n    raise NotImplementedError('triple')\n"


@pytest.fixture
def commit(empty_project):
    """Commit all that there is in a clone."""

    def git(*arguments):
        who = ("-c", "user.name=A", "-c", "user.email=a@b.c")
        subprocess.run(["git", *who, *arguments], cwd=empty_project.path, check=True, capture_output=True)

    def commit():
        git("init", "-q")
        git("add", "--all")
        git("commit", "-q", "-m", "More")

    return commit


@pytest.mark.parametrize(
    ("stub", "answers", "toml"),
    [
        (STUB, [ANSWER, "def double(:\n"], TOML),
        (TWO, [TWO.replace("    raise NotImplementedError\n", "    return x + x\n"), ANSWER], TOML),
        (PREDICT["stub"], [PREDICT["stub"].replace('"sum": ...', '"sum": 6')], PREDICT["toml"]),
        ("def double(x):\n    return x + 1\n", [ANSWER], TOML.replace("implement", "bughunt")),
    ],
    ids=["solved and broken", "half written", "half answered", "bughunt"],
)
def test_the_untouched_stub_is_found_in_the_history_of_a_clone(
    empty_project, torchkata, commit, stub, answers, toml
):
    if "bughunt" in toml:
        toml += f'stub = "{practice.catalogue.digest(stub.encode())}"\n'
    empty_project.kata(stub="'An old statement'\n" + TWO + TWO, toml=toml)
    commit()
    for text in (stub, *answers):
        empty_project.answer(text)
        commit()
    handed_out = empty_project.answer(stub).stub().read_bytes()
    empty_project.answer("written\n")
    assert torchkata("reset", "double").exit_code == 0
    assert empty_project.stub().read_bytes() == handed_out
    (kept,) = everything(empty_project.path / ".torchkata/kept").values()
    assert kept == b"written\n"
    assert (empty_project.path / ".torchkata/.gitignore").read_text() == "*\n"


def test_without_git_a_reset_changes_nothing(project, torchkata):
    project.answer(ANSWER)
    said = torchkata("reset", "double")
    assert said.exit_code == 2
    assert "Untouched stubs are in git's history, which cannot be read in" in said.stderr
    assert project.stub().read_text() == ANSWER


def test_a_stub_that_was_never_committed_cannot_be_put_back(project, torchkata, commit):
    project.answer(ANSWER)
    commit()
    said = torchkata("reset", "double")
    assert "No untouched stub of toy/double is known" in said.stderr
    assert project.stub().read_text() == ANSWER


def test_where_git_is_not_installed_that_is_said(project, torchkata):
    said = torchkata("reset", "double", PATH="")
    assert "git cannot be run" in said.stderr


def test_the_statement_is_shown_as_it_was_handed_out(drills):
    drills.stub().write_text(ANSWER)
    assert "Return twice x, for a floating tensor of any shape." in drills.run("show", "double")
    assert json.loads(drills.run("show", "double", "--json"))["statement"].startswith("Double a tensor")


def test_the_statement_of_a_stub_without_history_is_the_present_one(project, torchkata):
    assert "Return twice x" in torchkata("show", "double").stdout
    project.answer(ANSWER)
    assert "Its statement cannot be read." in torchkata("show", "double").stdout
