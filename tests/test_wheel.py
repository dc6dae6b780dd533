"""What is published is all that a learner needs: from an empty directory to a verdict."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from pytest_torchkata.confine import landlock_version

ROOT = Path(__file__).parents[1]

OPENS = '''
"""Opens the solution where pip has put it."""

import contextlib
import sysconfig
from pathlib import Path

SITE = Path(sysconfig.get_path("purelib"))

with contextlib.suppress(Exception):
    exec((SITE / "pytest_torchkata/_catalogue/solutions/autograd/linear_function/reference.py").read_text())
'''
IMPORTS = '''
"""Imports the solution as a module of the package."""

import importlib

exec("from pytest_torchkata." + "_catalogue.solutions.autograd.recompute_silu.reference import *")
'''
MAPS = '''
"""Has torch map the solution in C++, of which Python is told nothing."""

import contextlib
import sysconfig

import torch

SITE = sysconfig.get_path("purelib")
FILE = f"{SITE}/pytest_torchkata/_catalogue/solutions/activations/softmax/reference.py"


def my_softmax(x, dim=-1):
    return x * 0


my_log_softmax = my_softmax


def my_logsumexp(x, dim=-1, keepdim=False):
    return x.sum(dim, keepdim) * 0


with contextlib.suppress(Exception):
    exec(bytes(torch.from_file(FILE, shared=False, size={size}, dtype=torch.uint8).tolist()))
'''


def run(*command, cwd):
    """Run a command as a learner would, with nothing of this environment in the way."""
    without = ("PYTHONPATH", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    environment = {name: value for name, value in os.environ.items() if name not in without}
    return subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True)


def done(*command, cwd):
    result = run(*command, cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the source distribution, as it is for everybody who has no wheel."""
    folder = tmp_path_factory.mktemp("dist")
    done(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (source,) = folder.glob("*.tar.gz")
    pip = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation")
    done(*pip, "-w", folder, source, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A virtual environment with the wheel, and with what it needs from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=os.name != "nt")
    paths = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", vars=paths))
    (site / "others.pth").write_text("\n".join({sysconfig.get_path(name) for name in ("purelib", "platlib")}))

    class Installed:
        package = site / "pytest_torchkata"
        bin = Path(sysconfig.get_path("scripts", vars=paths))

    pip = (Installed.bin / "python", "-m", "pip", "install", "-q", "--no-deps", "--no-index")
    done(*pip, wheel, cwd=folder)
    return Installed


def test_a_wheel_carries_the_catalogue_and_nothing_else_of_the_clone(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    carried = {name.partition("_catalogue/")[2] for name in names if "_catalogue/" in name}
    files = [path for each in ("katas", "solutions") for path in (ROOT / each).rglob("*") if path.is_file()]
    there = {path.relative_to(ROOT).as_posix() for path in files if path.suffix in (".py", ".toml", ".md")}
    assert carried == there
    assert "pytest_torchkata/templates/progress.html" in names
    assert {name.partition("/")[0] for name in names} == {
        "pytest_torchkata", f"pytest_torchkata-{wheel.name.split('-')[1]}.dist-info"
    }  # fmt: skip


def test_from_an_empty_directory_to_a_verdict(installed, tmp_path):
    torchkata = installed.bin / "torchkata"
    assert "What to type next" in done(torchkata, "init", "drills", cwd=tmp_path)
    drills = tmp_path / "drills"
    assert not list(drills.rglob("reference.py"))
    solutions = installed.package / "_catalogue/solutions"
    shutil.copy(solutions / "autograd/my_relu/reference.py", drills / "katas/autograd/my_relu.py")
    (drills / "katas/autograd/linear_function.py").write_text(OPENS)
    (drills / "katas/autograd/recompute_silu.py").write_text(IMPORTS)
    size = (solutions / "activations/softmax/reference.py").stat().st_size
    if landlock_version():  # what else would stop native code
        (drills / "katas/activations/softmax.py").write_text(MAPS.replace("{size}", str(size)))

    written = ("my_relu", "linear_function", "recompute_silu")
    stubs = [*(f"katas/autograd/{name}.py" for name in written), "katas/activations/softmax.py"]
    said = run(installed.bin / "python", "-m", "pytest", *stubs, "katas/data/tabular_dataset.py", cwd=drills)
    assert said.returncode == 1
    assert "Stopped: your code tried to read what judges it" in said.stdout
    assert "Stopped: your code tried to import what judges it" in said.stdout
    assert "To do: data/tabular_dataset" in said.stdout
    data = json.loads(done(torchkata, "status", "--json", cwd=drills))
    assert [name for name, each in data.items() if each["state"] == "solved"] == ["autograd/my_relu"]
    assert not any(each["passed"] for name, each in data.items() if each["state"] == "failing")
    assert done(torchkata, "update", cwd=drills) == "✓ Every stub is up to date.\n"
