"""How katas are spread over xdist workers; imported only under ``-n``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from pytest_torchkata.catalogue import Catalogue

__all__ = ["ByKata"]


class ByKata(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps the checks of one kata on one worker, and spreads everything else as ever."""

    def __init__(self, config: pytest.Config, log: Any, catalogue: Catalogue) -> None:
        super().__init__(config, log)
        self._root = config.rootpath
        self._catalogue = catalogue

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if self._catalogue.at(Path(self._root, file)) else nodeid
