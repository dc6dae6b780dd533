"""What is kept of files before they are changed, under names that nothing has yet."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

__all__ = ["keep"]


def keep(folder: Path, name: str, content: bytes, ending: str = "") -> Path:
    """Write a new file under a dated name, and return its path; raises ``OSError``."""
    first = f"{name}{datetime.now():%Y-%m-%d.%H%M%S}"
    number = 1
    while True:
        path = folder / (f"{first}{ending}" if number == 1 else f"{first}-{number}{ending}")
        try:
            _create(path, content)
        except FileExistsError:
            number += 1
        else:
            return path


def _create(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink()
            raise
