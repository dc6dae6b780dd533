"""Interviews that are held elsewhere: a pack goes out, comes back, and is graded, as it is typed."""

import itertools
import json
import os
import shutil
import subprocess
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import LOOK, REFERENCE, TOML, commit, git

WRONG = "def double(x):\n    return x * x\n"
HANGS = "def double(x):\n    while True:\n        pass\n"


@pytest.fixture
def packed(empty_project, torchkata):
    """Make a pack of two katas."""
    for name, minutes in (("first", 10), ("second", 30)):
        toml = TOML.replace("minutes = 5", f"minutes = {minutes}") + "timeout = 0.5\n"
        empty_project.kata(f"toy/{name}", toml=toml)
    git(empty_project, "init", "-q", "-b", "main")
    commit(empty_project, "stubs")
    said = torchkata("interview", "pack", "out.zip", "toy/first", "toy/second", "--title", "Hiring <2026>")
    assert said.exit_code == 0, said.output
    return empty_project


@pytest.fixture
def submit(packed):
    """Hand in the pack with these answers, as a directory or a zip."""

    def submit(name, **answers):
        place = packed.path / "in" / name.removesuffix(".zip")
        with zipfile.ZipFile(packed.path / "out.zip") as archive:
            archive.extractall(packed.path / "in")
        (packed.path / "in" / "out").rename(place)
        for kata, answer in answers.items():
            (place / "katas" / "toy" / f"{kata}.py").write_text(answer)
        if name.endswith(".zip"):
            shutil.make_archive(str(place), "zip", place.parent, place.name)
            shutil.rmtree(place)
        return packed.path / "in" / name

    return submit


def test_what_came_back_is_graded_in_one_table(packed, submit, torchkata):
    files = [
        submit("bob.zip", first=WRONG),
        submit("Ada Löf", first=REFERENCE, second=REFERENCE),
        submit("cy.zip", first=HANGS, second=REFERENCE),
        packed.path / "in" / "dee.zip",
    ]
    files[3].write_bytes(b"PK?")
    said = torchkata("interview", "grade", *files, "--out", "grades")
    assert said.exit_code == 0, said.output
    lines = [" ".join(line.split()) for line in said.stdout.splitlines() if line]
    assert lines[:5] == [
        "submission score solved toy/first toy/second",
        "Ada Löf 100 % 2 of 2 ✓ 3 of 3 ✓ 3 of 3",
        "cy.zip 75 % 1 of 2 ✗ 0 of 3 ✓ 3 of 3",
        "bob.zip 4.2 % 0 of 2 ✗ 1 of 3 · 0 of 3",
        "dee.zip – – It is no zip, no directory, and no Python file (or a zip that is damaged).",
    ]
    assert "3 of 3  " in said.stderr  # how far it is, for whoever reads the pipe
    data = json.loads((packed.path / "grades/grades.json").read_text())
    assert [row["name"] for row in data["submissions"]] == ["Ada Löf", "cy.zip", "bob.zip", "dee.zip"]
    cards = {row["name"]: row["card"] for row in data["submissions"]}
    assert cards["bob.zip"]["katas"][0]["mistakes"][0]["name"] == "Squares"
    outcomes = [each["message"] for each in cards["cy.zip"]["katas"][0]["failing"]]
    assert outcomes[-1] == "Not run: two checks before it did not end in time."
    pages = sorted(path.name for path in packed.path.glob("grades/scorecards/*.html"))
    assert pages == ["001-bob.zip.html", "002-Ada-L-f.html", "003-cy.zip.html"]
    assert json.loads(torchkata("interview", "grade", *files[:1], "--out", "more", "--json").stdout) == (
        json.loads((packed.path / "more/grades.json").read_text())
    )


def test_nothing_is_overwritten(packed, submit, torchkata):
    file = submit("ada")
    (packed.path / "grades").mkdir()
    (packed.path / "grades/mine").write_text("keep")
    said = torchkata("interview", "grade", file, "--out", "grades")
    assert said.exit_code == 2
    assert "grades is there already, and nothing is overwritten" in said.stderr
    assert torchkata("interview", "pack", "out.zip", "toy/first").exit_code == 2


def test_the_pages_fit_and_are_legible_in_a_browser(packed, submit, torchkata, look_at):
    # A name that is code, and one that is long, stay what they are.
    files = [submit("<b>x & y", first=WRONG), submit("a" * 90, first=REFERENCE), packed.path / "none.zip"]
    assert torchkata("interview", "grade", *files, "--out", "grades").exit_code == 0
    for width, scheme in itertools.product((360, 768, 1280), ("light", "dark")):
        tab = look_at(packed.path / "grades/grades.html", width, scheme)
        assert tab.evaluate(LOOK) == {"outside": [], "pale": [], "clipped": [], "width": width}
        assert tab.title() == "Hiring <2026>: 3 submissions"
        tab.get_by_role("link", name="<b>x & y").click()
        assert tab.evaluate(LOOK) == {"outside": [], "pale": [], "clipped": [], "width": width}
        assert tab.get_by_role("heading", level=1).inner_text() == "<b>x & y"
        assert "This squares x" in tab.inner_text("main")
        assert all(url.startswith("file:") for url in tab.asked)
        assert tab.complaints == []


@pytest.mark.own_children
def test_a_candidate_has_another_machine(packed, torchkata, tmp_path_factory):
    """The pack is solved in an environment that knows nothing of this project, and comes back."""
    there = tmp_path_factory.mktemp("there")
    with zipfile.ZipFile(packed.path / "out.zip") as archive:
        archive.extractall(there)
    place = there / "out"
    environment = there / "venv"
    # With the packages that are installed here, and without what this test runs from.
    venv.create(environment, symlinks=os.name != "nt", with_pip=False)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (site,) = [
        Path(path)
        for path in subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).split("\n")
        if path
    ]
    here = Path(pytest.__file__).parents[1]
    (site / "borrowed.pth").write_text(f"{here}\n")

    def run():
        ours = ("PYTHON", "PYTEST")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        return subprocess.run(command, cwd=place, env=clean, capture_output=True, text=True)

    before = run()
    assert before.returncode == 1
    assert "NotImplementedError" in before.stdout
    for stub in place.glob("katas/toy/*.py"):
        stub.write_text(stub.read_text().replace("raise NotImplementedError", "return x + x"))
    after = run()
    assert after.returncode == 0, after.stdout
    assert "2 passed" in after.stdout
    shutil.make_archive(str(there / "back"), "zip", there, "out")
    said = torchkata("interview", "grade", there / "back.zip", "--out", there / "grades")
    assert "back.zip 100 % 2 of 2" in " ".join(said.stdout.split()), said.output
