"""Every kata of the catalogue is proved: its checks tell right from wrong, and its files hold together."""

from pathlib import Path

import pytest

from pytest_torchkata.catalogue import Catalogue, facts
from pytest_torchkata.proof import prove

ROOT = Path(__file__).parents[1]
KATAS = Catalogue(ROOT / "katas", ROOT / "solutions").all()


@pytest.mark.parametrize("kata", KATAS, ids=lambda kata: kata.id)
def test_kata_is_proved(kata, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert prove(kata) == []
    if facts(kata).kind == "gpu":
        pytest.skip("read, but not run: it needs CUDA")
