"""Judge PyTorch interview exercises with pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_torchkata.assertion import assert_matches_reference

__all__ = ["assert_matches_reference"]


def __getattr__(name: str) -> object:
    """Import what is public when it is first asked for: ``pytest --help`` needs no NumPy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pytest_torchkata import assertion

    return getattr(assertion, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
