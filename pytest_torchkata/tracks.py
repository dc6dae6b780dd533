"""Ways through the catalogue: katas in the order in which somebody with a purpose should take them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from pytest_torchkata.catalogue import Catalogue, KataError, closest
from pytest_torchkata.kata import Kata

__all__ = ["FILE", "Track", "named", "tracks"]

FILE = "tracks.toml"
"""Where they are written down, beside the solutions."""


@dataclass(frozen=True)
class Track:
    """Katas in an order, and what for."""

    name: str
    title: str
    about: str
    katas: tuple[Kata, ...]


def tracks(catalogue: Catalogue) -> list[Track]:
    """Return the tracks of a catalogue, in the order of their file; none if there is no file.

    Raises ``KataError`` if it cannot be read, or names a kata that there is not.
    """
    path = catalogue.solutions / FILE
    if catalogue.partial or not path.is_file():
        return []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        known = {kata.id: kata for kata in catalogue.all()}
        return [
            Track(name, table["title"], table["about"], tuple(known[each] for each in table["katas"]))
            for name, table in tables.items()
        ]
    except KeyError as error:
        raise KataError(f"{path}: there is no {error}") from error
    except (OSError, ValueError, TypeError) as error:
        raise KataError(f"{path}: {error}") from error


def named(catalogue: Catalogue, name: str) -> Track:
    """Return the track with this name.

    Raises ``KataError``, with the nearest names or all of them, if there is none.
    """
    known = {track.name: track for track in tracks(catalogue)}
    if name in known:
        return known[name]
    near = closest(name, known)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Those there are: {', '.join(known) or 'none'}."
    raise KataError(f"There is no track {name!r}. {hint}")
