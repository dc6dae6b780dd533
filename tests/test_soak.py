"""A few runs of the soak test: see ``python -m benchmarks soak``."""

import sys

import pytest

from benchmarks.soak import soak


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="who is whose child is seen on Linux only")
def test_verdicts_survive_what_kills_their_processes():
    soaked = soak(runs=2)
    assert soaked.runs >= 2
    assert {title: found for title, found in soaked.faults().items() if found} == {}
    assert soaked.verdicts.total() + len(soaked.errors) == 5 * soaked.runs
