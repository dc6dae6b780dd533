"""What a process that runs an answer needs of its kata's solution, which it may not read by itself."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from pytest_torchkata import catalogue
from pytest_torchkata.kata import Kata, Material

__all__ = ["material", "needs"]

_NEEDS = {
    "torch.fx.experimental.symbolic_shapes": re.compile(  # and SymPy with it
        rb"(?<!given)\.backward\((?!\)|retain_graph=|create_graph=)|\bgrad_outputs=|\bgradcheck\("
        rb"|\bkey_padding_mask\b|\battn_mask\b"
    ),
    "torch._dynamo": re.compile(
        rb"\boptim\.|\boperations\(|\bcomputations\(|\bpeak_bytes\(|\bcheckpoint\(|use_deterministic_algorithms|torch\.compile"
        rb"|torch\.export|device=\"meta\"|\bTorchDispatchMode\b"
    ),
    "triton": re.compile(rb"^import triton$", re.MULTILINE),
}
"""What torch imports late, half a second or two, and what makes it do so: a gradient that is handed in,
attention with a mask; an optimizer's first step, the first dispatch mode, the meta device, and the like.
And Triton, where it is installed."""


def material(kata: Kata) -> Material:
    """Read what the process of an answer is given."""
    checks = (kata.solution / "checks.py").read_bytes()
    return Material(catalogue.api(kata), checks, needs(kata.solution))


@functools.cache
def needs(solution: Path) -> tuple[str, ...]:
    """Return the modules that a kata's runs import, and that are imported before their time begins."""
    text = b"\n".join(path.read_bytes() for path in sorted(solution.glob("*.py")))
    return tuple(name for name, makes in _NEEDS.items() if makes.search(text))
