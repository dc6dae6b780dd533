"""Write what kata.toml says into the pages beside the katas, between the marks of facts.

``python docs/facts.py`` brings every page up to date; a test says when one is not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pytest_torchkata.catalogue import Catalogue, facts  # noqa: E402
from pytest_torchkata.kata import Kata  # noqa: E402
from pytest_torchkata.tracks import tracks  # noqa: E402

_FACTS = re.compile(r"(<!-- facts -->\n).*?(<!-- /facts -->)", re.DOTALL)


def pages(catalogue: Catalogue) -> dict[Path, str]:
    """Return every page as it should be: that of each topic, and the one about all."""
    topics: dict[str, list[Kata]] = {}
    for kata in catalogue.all():
        topics.setdefault(kata.topic, []).append(kata)
    made = {catalogue.stubs / "README.md": _of_all(catalogue, topics)}
    made |= {catalogue.stubs / topic / "README.md": _of_topic(katas) for topic, katas in topics.items()}
    return {path: _with(path, "\n".join(lines)) for path, lines in made.items()}


def _with(path: Path, text: str) -> str:
    """Return a page with these facts in their place."""
    page, count = _FACTS.subn(lambda found: f"{found[1]}{text}\n{found[2]}", path.read_text(encoding="utf-8"))
    if count != 1:
        raise SystemExit(f"{path} needs one line <!-- facts --> and, below it, one <!-- /facts -->")
    return page


def _of_topic(katas: Sequence[Kata]) -> Iterator[str]:
    yield f"{_size(katas)}."
    yield ""
    yield "| kata | | kind | level | min |"
    yield "|---|---|---|---|--:|"
    for kata in katas:
        known = facts(kata)
        link = f"[{kata.name}]({kata.name}.py)"
        yield f"| {link} | {known.title} | {known.kind} | {known.level} | {known.minutes} |"


def _of_all(catalogue: Catalogue, topics: dict[str, list[Kata]]) -> Iterator[str]:
    yield f"{_size([kata for katas in topics.values() for kata in katas])}, in {len(topics)} topics."
    yield ""
    yield "| topic | katas | hours |"
    yield "|---|--:|--:|"
    for topic, katas in topics.items():
        yield f"| [{topic}]({topic}/README.md) | {len(katas)} | {_minutes(katas) / 60:.1f} |"
    yield ""
    yield "| track | | katas | hours |"
    yield "|---|---|--:|--:|"
    for track in tracks(catalogue):
        size = f"{len(track.katas)} | {_minutes(track.katas) / 60:.1f}"
        yield f"| `{track.name}` | {track.title}. {track.about} | {size} |"


def _size(katas: Sequence[Kata]) -> str:
    return f"{len(katas)} kata{'s' * (len(katas) != 1)}, {_minutes(katas) / 60:.1f} hours"


def _minutes(katas: Sequence[Kata]) -> int:
    return sum(facts(kata).minutes for kata in katas)


if __name__ == "__main__":
    for path, page in pages(Catalogue(ROOT / "katas", ROOT / "solutions")).items():
        if path.read_text(encoding="utf-8") != page:
            path.write_text(page, encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
