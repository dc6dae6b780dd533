"""A pytest plugin for comparison: no process serves two katas, which is what keeping a CUDA context saves."""

from __future__ import annotations

from pytest_torchkata import sandbox
from pytest_torchkata.kata import Job


def _suits(child: sandbox._Child, job: Job) -> bool:
    return child._kata in (None, job.kata) and job.ranks == 1


sandbox._Child.suits = _suits  # type: ignore[method-assign]
