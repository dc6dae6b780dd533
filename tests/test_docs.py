"""What the pages say is true: facts are up to date, links lead somewhere, snippets print what they show."""

import doctest
import importlib.util
import re
import textwrap
import warnings
from pathlib import Path

import pytest

from pytest_torchkata.catalogue import Catalogue, facts
from pytest_torchkata.tracks import tracks

ROOT = Path(__file__).parents[1]
CATALOGUE = Catalogue(ROOT / "katas", ROOT / "solutions")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("katas/**/*.md")])
MINUTES = {"warmup": (5, 10), "easy": (10, 15), "medium": (15, 25), "hard": (25, 40), "expert": (45, 90)}
PRELUDE = """
from collections import OrderedDict
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
"""


def myths():
    text = (ROOT / "docs" / "myths.md").read_text(encoding="utf-8")
    return re.findall(r"^- (.*?)(?=^- |^## |\Z)", text, re.DOTALL | re.MULTILINE)


def generated():
    spec = importlib.util.spec_from_file_location("facts_of_pages", ROOT / "docs" / "facts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages(CATALOGUE)


@pytest.mark.parametrize(
    ("path", "page"), generated().items(), ids=lambda each: getattr(each, "parent", each)
)
def test_a_page_has_the_facts_of_its_katas(path, page):
    assert path.read_text(encoding="utf-8") == page, "bring it up to date with  python docs/facts.py"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_within_the_project_leads_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize("topic", sorted({kata.topic for kata in CATALOGUE.all()}))
def test_a_topics_page_names_only_katas_that_there_are(topic):
    page = (ROOT / "katas" / topic / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^##? .*", page, re.MULTILINE)[1:] == ["## In which order", "## Traps"]
    ids, names = ({getattr(kata, of) for kata in CATALOGUE.all()} for of in ("id", "name"))
    meant = re.findall(r"`(\w+_(?:koans|bug))`", page) + re.findall(r"`(\w+/\w+)`", page)
    assert [name for name in meant if name not in ids | names] == []
    order = page.partition("## In which order")[2]
    missing = [k.name for k in CATALOGUE.all() if k.topic == topic and f"`{k.name}`" not in order]
    assert missing == []


@pytest.mark.parametrize("kata", CATALOGUE.all(), ids=lambda kata: kata.id)
def test_minutes_fit_the_level(kata):
    least, most = MINUTES[facts(kata).level]
    assert least <= facts(kata).minutes <= most


def test_tracks_name_no_kata_twice():
    for track in tracks(CATALOGUE):
        assert len(set(track.katas)) == len(track.katas)


@pytest.mark.parametrize("myth", myths(), ids=lambda myth: re.sub(r"\W+", "-", myth.partition("**")[2][:60]))
def test_what_a_myth_is_answered_with_is_so(myth):
    claim, answer = re.match(r'\*\*"(.+?)"\*\* (.+)', " ".join(myth.split())).groups()
    assert claim[-1] in ".?"
    assert re.search(r"\[(\w+/\w+)\]\(\.\./katas/\1\.py\)", answer)
    code = re.search(r"```python\n(.*?)```", myth, re.DOTALL)
    assert code or "(Read, not run.)" in answer
    if code is None:
        return
    space, said = {}, []
    exec(PRELUDE, space)
    options = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL | doctest.NORMALIZE_WHITESPACE
    runner = doctest.DocTestRunner(verbose=False, optionflags=options)
    test = doctest.DocTestParser().get_doctest(textwrap.dedent(code[1]), space, "myth", None, 0)
    assert test.examples
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner.run(test, out=said.append)
    assert not said, "".join(said)
