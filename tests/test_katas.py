"""Every kata of the catalogue is proved: its checks tell right from wrong, and its files hold together."""

import functools
from pathlib import Path

import pytest

from benchmarks.mutants import judged, mutable
from pytest_torchkata.catalogue import Catalogue
from pytest_torchkata.material import needs
from pytest_torchkata.proof import NotRun, prove
from pytest_torchkata.warm import Warm

ROOT = Path(__file__).parents[1]
KATAS = Catalogue(ROOT / "katas", ROOT / "solutions").all()
SAMPLE = [kata for kata in KATAS if mutable(kata)][::9]
"""Katas whose mutants are tried here; the benchmark tries all."""


@pytest.fixture(scope="module")
def launching():
    """Return how children are started that need certain modules: from a process that has only those."""

    @functools.cache
    def process(modules):
        processes.append(Warm())
        return processes[-1]

    processes = []
    yield lambda modules: process(modules).launching(modules)
    for each in processes:
        each.close()


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.id)
def test_kata_is_proved(kata, launching, monkeypatch):
    monkeypatch.chdir(ROOT)
    try:
        problems = prove(kata, "--kata-seed=0", launch=launching(needs(kata.solution)))
    except NotRun as reason:
        pytest.skip(f"read, but not run: {reason}")
    assert problems == []


@pytest.mark.parametrize("kata", SAMPLE, ids=lambda kata: kata.id)
def test_small_mutants_of_the_reference_are_rejected(kata, launching, monkeypatch):
    monkeypatch.chdir(ROOT)
    try:
        found = judged(kata, every=4, launch=launching(needs(kata.solution)))
    except NotRun as reason:
        pytest.skip(f"not run: {reason}")
    assert found.mutants
    assert found.alive == []
