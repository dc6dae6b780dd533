"""What the README shows is what happens."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

POPULAR = '''"""A popular answer."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, weight=None, reduction="mean"):
        super().__init__()
        self.gamma = gamma
        self.weight = weight
        self.reduction = reduction

    def forward(self, logits, targets):
        ce = F.cross_entropy(logits, targets, weight=self.weight, reduction="none")
        pt = torch.exp(-ce)
        loss = (1 - pt) ** self.gamma * ce
        if self.reduction == "mean":
            return loss.mean()
        if self.reduction == "sum":
            return loss.sum()
        return loss
'''


def test_the_failing_kata_is_shown_as_it_is(empty_project):
    solution = "solutions/losses/focal_loss"
    shutil.copytree(ROOT / solution, empty_project.path / solution)
    empty_project.answer(POPULAR, "losses/focal_loss")
    said = empty_project.run("--kata-seed=7").stdout.str().splitlines()
    shown = re.search(r"\$ pytest katas/losses/focal_loss.py\n(.*?)\n```", README, re.DOTALL)[1]
    for line in filter(None, map(str.strip, shown.splitlines())):
        assert line in [" ".join(s.split()) for s in said] + [s.strip() for s in said]


def test_the_example_for_other_suites_passes(pytester, monkeypatch):
    example = re.search(r"```python\n(.*?assert_matches_reference.*?)```", README, re.DOTALL)[1]
    pytester.makepyfile(example)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # Apart, since torch cannot be imported a second time into a process in which a run has done so.
    pytester.runpytest_subprocess("-p", "pytest_torchkata.plugin").assert_outcomes(passed=1)


def words(pattern):
    return sorted(set(re.findall(pattern, README)))


@pytest.mark.parametrize("option", words(r"--[a-z]+(?:-[a-z]+)*"))
def test_the_options_exist(pytester, torchkata, option):
    known = pytester.runpytest_inprocess("--help", "-p", "pytest_torchkata.plugin").stdout.str()
    known += "".join(
        torchkata(*each, "--help").stdout for each in ([], ["list"], ["report"], ["interview", "start"])
    )
    assert re.search(rf"{option}\b", known)


def test_every_command_is_told_and_no_other(torchkata):
    commands = torchkata("--help").stdout.partition("Commands:\n")[2]
    assert re.findall(r"^  ([a-z]+)", commands, re.MULTILINE)
    assert sorted(re.findall(r"^  ([a-z]+)", commands, re.MULTILINE)) == words(r"`torchkata ([a-z]+)")
