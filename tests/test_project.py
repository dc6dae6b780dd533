"""Where katas, solutions and the record are: what pytest finds, found without pytest."""

import os
import sys

import pytest

from pytest_torchkata.catalogue import installed
from pytest_torchkata.project import Project, ProjectError, find

INI = "[pytest]\ntorchkata_katas = drills\ntorchkata_progress = notes/mine.db\n"
SECTION = 'torchkata_katas = "drills"\ntorchkata_progress = "notes/mine.db"\n'
NATIVE = pytest.mark.skipif(pytest.version_tuple < (9,), reason="pytest reads it since version 9")

FILES = {
    "pytest.ini": [("pytest.ini", INI)],
    ".pytest.ini": [(".pytest.ini", INI)],
    "tox.ini": [("tox.ini", INI)],
    "setup.cfg": [("setup.cfg", INI.replace("pytest", "tool:pytest"))],
    "pytest.toml": [("pytest.toml", f"[pytest]\n{SECTION}")],
    ".pytest.toml": [(".pytest.toml", f"[pytest]\n{SECTION}")],
    "pyproject.toml": [("pyproject.toml", f"[tool.pytest]\n{SECTION}")],
    "pyproject.toml, ini_options": [("pyproject.toml", f"[tool.pytest.ini_options]\n{SECTION}")],
    "an empty pytest.ini": [("pytest.ini", ""), ("tox.ini", INI)],
    "an empty .pytest.ini": [(".pytest.ini", ""), ("tox.ini", INI)],
    "an empty pytest.toml": [("pytest.toml", ""), ("tox.ini", INI)],
    "empty ini_options": [("pyproject.toml", "[tool.pytest.ini_options]"), ("tox.ini", INI)],
    "files of other tools": [
        ("pyproject.toml", "[tool.ruff]\n"),
        ("tox.ini", "[tox]\n"),
        ("setup.cfg", INI.replace("pytest", "tool:pytest")),
    ],
    "several files": [("pytest.ini", INI), ("tox.ini", INI.replace("drills", "others"))],
    "settings of pytest alone": [("pytest.ini", "[pytest]\naddopts = -q\n")],
    "an empty setting": [("pytest.ini", f"{INI}torchkata_solutions =\n")],
    "the installed solutions": [("pytest.ini", f"{INI}torchkata_solutions = installed\n")],
    "an absolute path": [("pytest.ini", "[pytest]\ntorchkata_katas = /somewhere/else\n")],
    "a file below another": [("pytest.ini", INI), ("here/tox.ini", INI.replace("drills", "others"))],
    "a file of no settings below one": [("pytest.ini", INI), ("here/pyproject.toml", "")],
    "no settings": [("pyproject.toml", "[project]\n")],
    "no settings, below setup.py": [("pyproject.toml", ""), ("here/setup.py", "")],
    "setup.py alone": [("setup.py", "")],
    "no file": [],
}
SINCE_9 = ("pytest.toml", ".pytest.toml", "pyproject.toml", "an empty pytest.toml")


def places(project):
    return project.root, project.catalogue, project.store.path


@pytest.fixture
def write(tmp_path):
    """Write files into a directory, with folders of solutions wherever they may be looked for."""
    for place in (".", "here", "here/below"):
        (tmp_path / place / "solutions").mkdir(parents=True)

    def write(files):
        for name, text in files:
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize("start", [".", "here", "here/below"])
@pytest.mark.parametrize(
    "files", [pytest.param(FILES[name], id=name, marks=NATIVE if name in SINCE_9 else ()) for name in FILES]
)
def test_it_is_where_pytest_finds_it(pytester, monkeypatch, write, files, start):
    here = write(files) / start
    monkeypatch.chdir(here)
    config = pytester.parseconfig("-p", "pytest_torchkata.plugin")
    assert places(find(here)) == places(Project.at(config.rootpath, config.getini))


def test_the_places_are_below_the_root_whatever_directory_one_is_in(write):
    root = write(FILES["pytest.ini"])
    project = find(root / "here" / "below")
    assert project.root == root
    assert project.catalogue.stubs == root / "drills"
    assert project.catalogue.solutions == root / "solutions"
    assert project.store.path == root / "notes" / "mine.db"
    assert not project.is_practice


def test_a_practice_directory_takes_the_installed_solutions(write):
    project = find(write(FILES["the installed solutions"]))
    assert project.catalogue.solutions == installed()[1]
    assert project.is_practice


def test_where_there_are_no_katas_it_is_said_how_to_get_some(tmp_path):
    (tmp_path / "pytest.ini").touch()
    with pytest.raises(ProjectError) as caught:
        find(tmp_path)
    assert str(caught.value) == (
        f"There are no katas in {tmp_path} (no folder {tmp_path / 'solutions'}). "
        "Make a practice directory:  torchkata init drills"
    )


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("pytest.ini", b"[pytest]\nno setting\n", "no setting"),
        ("pytest.ini", b"[pytest]\nx = 1\nx = 2\n", "duplicate name 'x'"),
        ("tox.ini", b"[tox]\n\xff\n", "utf-8"),
        ("setup.cfg", b"unexpected = 1\n", "no section header"),
        ("pyproject.toml", b"[tool.pytest\n", "line 1"),
        ("pyproject.toml", b"\xff", "utf-8"),
        ("pytest.toml", b"pytest = ", "Invalid value"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(write, name, text, told):
    root = write([])
    (root / name).write_bytes(text)
    with pytest.raises(ProjectError) as caught:
        find(root / "here")
    assert str(caught.value).startswith(f"{root / name} cannot be read: ")
    assert told in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32" or not os.geteuid(), reason="permissions do not hold here")
def test_a_file_that_may_not_be_read_is_named(write):
    root = write(FILES["pytest.ini"])
    (root / "pytest.ini").chmod(0)
    with pytest.raises(ProjectError, match=r"cannot be read: .*Permission denied"):
        find(root)


@pytest.mark.parametrize("value", ["3", "['a', 'b']"])
def test_a_setting_that_is_no_path_is_told(write, value):
    root = write([("pyproject.toml", f"[tool.pytest]\ntorchkata_katas = {value}\n")])
    with pytest.raises(ProjectError) as caught:
        find(root)
    assert str(caught.value) == (
        f"torchkata_katas is {value} in the settings of pytest in {root}, expected a path."
    )


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\npytest = 3", "[tool.pytest]\nini_options = 3"])
def test_a_table_of_another_kind_holds_no_settings(write, text):
    root = write([("pyproject.toml", text)])
    assert find(root).catalogue.stubs == root / "katas"
