"""Progress as others see it: numbers, one page, JUnit's XML and a badge, and the page in a real browser."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

import pytest_torchkata.page  # noqa: F401 (a command in this process must not be the first to import it)
from pytest_torchkata.catalogue import facts, mistakes
from pytest_torchkata.progress import Interview, Store
from pytest_torchkata.project import find
from tests.conftest import LOOK, TOML, WRONG

ROOT = Path(__file__).parents[1]
NOON = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)
TELLING = "This squares x. Twice a number and its square agree at 2 and nowhere else that matters."


@pytest.fixture
def run(empty_project):
    """Record a run, so many minutes after the noon of three days ago."""

    def run(name, state, *, at, source="a", mistake=None, failing=None):
        passed = {"solved": 3, "failing": 1, "to do": 0}[state]
        known = {"passed": passed, "checks": 3, "seed": 1, "source": source, "seconds": 0.1}
        store = find(empty_project.path).store
        when = NOON + timedelta(minutes=at)
        store.record(name, state=state, failing=failing, mistake=mistake, at=when, **known)

    return run


@pytest.fixture
def four(empty_project, run):
    """Four katas: one solved after two mistakes, one solved at once, one failing, one to do."""
    empty_project.kata("far/away", toml=TOML.replace("easy", "hard"))
    empty_project.kata("toy/double").kata("toy/other", toml=TOML.replace("5", "50"))
    empty_project.kata("toy/twice")
    run("toy/double", "failing", at=0, source="a", mistake="Squares")
    run("toy/double", "failing", at=0.1, source="a", mistake="Squares")
    run("toy/double", "failing", at=6, source="b", mistake="Squares")
    run("toy/double", "solved", at=10, source="c")
    run("toy/twice", "solved", at=12)
    run("toy/double", "failing", at=15, source="d")
    run("toy/double", "solved", at=20, source="c")
    run("far/away", "failing", at=60, mistake="Squares", failing="The value & <its> gradient")
    return empty_project


def report(torchkata):
    said = torchkata("report", "--json")
    assert said.exit_code == 0
    return json.loads(said.stdout)


# Numbers ------------------------------------------------------------------------------------------


def test_what_is_solved_is_counted_by_topic_and_level(four, torchkata):
    data = report(torchkata)
    assert data["total"] == {"katas": 4, "solved": 2, "failing": 1, "due": 1}
    assert data["topics"] == {
        "far": {"katas": 1, "solved": 0, "failing": 1, "due": 0},
        "toy": {"katas": 3, "solved": 2, "failing": 0, "due": 1},
    }
    assert [*data["levels"]] == ["easy", "hard"]
    assert data["levels"]["hard"]["failing"] == 1
    assert data["next"] == {"kata": "far/away", "why": "failing"}


def test_what_is_due_is_counted(four, torchkata, run):
    run("toy/other", "solved", at=-400 * 24 * 60)
    assert report(torchkata)["topics"]["toy"] == {"katas": 3, "solved": 3, "failing": 0, "due": 2}
    assert " To review   toy/other, toy/double\n" in torchkata("report").stdout


def test_time_counts_until_a_kata_is_first_solved_and_pauses_do_not(four, torchkata):
    katas = report(torchkata)["katas"]
    assert katas["toy/double"]["estimated_minutes"] == 10
    assert katas["toy/double"]["budget_minutes"] == 5
    assert katas["toy/twice"]["estimated_minutes"] == 2
    assert katas["far/away"]["estimated_minutes"] == 0  # forty minutes later
    assert katas["toy/other"]["estimated_minutes"] == 0


def test_fifteen_minutes_are_no_pause_and_a_hint_is_practice(empty_project, torchkata, run):
    empty_project.kata()
    run("toy/double", "failing", at=0)
    store = find(empty_project.path).store
    store.hinted("toy/double", 1, at=NOON + timedelta(minutes=15))
    run("toy/double", "failing", at=30.1, source="b")
    assert report(torchkata)["katas"]["toy/double"]["estimated_minutes"] == 15


def test_days_are_counted_with_all_their_minutes(four, torchkata, run):
    for ago in (2, 1, 40):
        run("toy/double", "solved", at=(3 - ago) * 24 * 60, source="c")
    practice = report(torchkata)["practice"]
    assert [*practice["runs"].values()] == [1, 8, 1, 1]
    assert practice["days_of_last_30"] == 3
    assert practice["streak"] == 3  # up to yesterday: today is not over
    assert practice["estimated_minutes"] == {f"{NOON.date()}": 20}


def test_a_mistake_is_told_where_it_gives_nothing_away(four, torchkata):
    double, away = report(torchkata)["mistakes"]
    assert (double["kata"], double["times"], double["sentence"]) == ("toy/double", 2, TELLING)
    assert datetime.fromisoformat(double["last"]) == NOON + timedelta(minutes=6)
    assert (away["kata"], away["times"], away["sentence"]) == ("far/away", 1, None)
    find(four.path).store.revealed("far/away")
    assert report(torchkata)["mistakes"][1]["sentence"] == TELLING


def test_what_is_no_longer_there_breaks_nothing(four, torchkata, run, tmp_path):
    run("gone/away", "failing", at=90, mistake="Gone")
    (four.path / "solutions/toy/double/wrong.py").write_text(WRONG.replace("Squares", "Renamed"))
    (four.path / "solutions/toy/twice/kata.toml").write_text("title = 3")
    data = report(torchkata)
    assert [(each["kata"], each["sentence"]) for each in data["mistakes"]] == [
        ("toy/double", None),
        ("gone/away", None),
        ("far/away", None),
    ]
    assert data["total"]["katas"] == 4
    assert torchkata("report", "--html", tmp_path / "page.html").exit_code == 0
    for name in ("away", "double", "other", "twice"):
        for path in (four.path / "solutions").glob(f"*/{name}/kata.toml"):
            path.unlink()
    said = torchkata("report", "--html", tmp_path / "page.html", "--badge", tmp_path / "badge.svg")
    assert said.exit_code == 0, said.stderr


# Interviews ---------------------------------------------------------------------------------------


@pytest.fixture
def interviewed(monkeypatch):
    """Let the record have an interview with this scorecard."""
    history = Store.history

    def interviewed(card):
        taken = [Interview(7, NOON.astimezone(UTC).isoformat(), card)]
        monkeypatch.setattr(Store, "history", lambda self: history(self)._replace(interviews=taken))

    return interviewed


def test_interviews_are_told(four, torchkata, interviewed, tmp_path):
    katas = [{"id": "toy/double", "verdict": verdict} for verdict in ("solved", "failing", "to do")]
    interviewed(json.dumps({"minutes": 45, "score": 61.5, "katas": katas}))
    (told,) = report(torchkata)["interviews"]
    assert (told["minutes"], told["score"], told["solved"], told["katas"]) == (45, 61.5, 1, 3)
    assert f"1 taken; the last on {NOON:%Y-%m-%d}: 62 %, 1 of 3" in torchkata("status").stdout
    torchkata("report", "--html", tmp_path / "page.html")
    assert [f"{NOON.day} {NOON:%b %Y}", "45", "1 of 3", "62 %"] in Page(tmp_path / "page.html").rows


@pytest.mark.parametrize("card", ["", "[]", "{}", '{"minutes": 45, "score": "?", "katas": []}'])
def test_a_damaged_scorecard_is_named(four, torchkata, interviewed, card):
    interviewed(card)
    said = torchkata("report", "--json")
    assert said.exit_code == 2
    assert "Interview 7 in the progress file has a scorecard that cannot be read" in said.stderr


# The terminal -------------------------------------------------------------------------------------


@pytest.fixture
def catalogue(empty_project):
    """The katas that come with the project, and a record of their own."""
    empty_project.ini(torchkata_katas=ROOT / "katas", torchkata_solutions=ROOT / "solutions")
    return find(empty_project.path)


@pytest.fixture
def practised(catalogue):
    """Some thirty of them were practised, in half a year."""
    katas = [kata for kata in catalogue.catalogue.all() if facts(kata).level in ("warmup", "easy")][:32]
    known = {"checks": 9, "seed": 1, "seconds": 0.2}
    for number, kata in enumerate(katas):
        at = datetime.now(UTC) - timedelta(days=160 - 5 * number)
        names = [each.name for each in mistakes(kata)]
        for attempt in range(number % 4):
            at += timedelta(minutes=3 + number % 6)
            what = {"failing": "The value", "mistake": names[attempt % len(names)] if names else None}
            source = f"{attempt}"
            catalogue.store.record(kata.id, state="failing", passed=4, source=source, at=at, **what, **known)
        if number % 7 == 3:
            catalogue.store.hinted(kata.id, 1, at=at)
        if number % 8 != 5:
            at += timedelta(minutes=2)
            what = {"state": "solved", "passed": 9, "failing": None, "mistake": None}
            catalogue.store.record(kata.id, source="done", at=at, **what, **known)
    return catalogue


def test_the_status_of_all_katas_is_one_screen(practised, torchkata):
    lines = torchkata("status").stdout.splitlines()
    *screen, next_step = lines
    assert max(map(len, screen)) <= 80
    assert len(screen) + -(-len(next_step) // 80) <= 24
    said = "\n".join(lines)
    for words in (
        f" of {len(practised.catalogue.all())} solved",
        "autograd",
        "transfer",
        "easy ",
        "Failing ",
        "To review ",
        "Mistakes ",
        "26 weeks",
    ):
        assert words in said


# The page -----------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page says: its text, the rows of its tables, its tags."""

    def __init__(self, path):
        super().__init__()
        self.words, self.rows, self.tags, self._unseen, self._cell = [], [], [], 0, False
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self._unseen += tag in ("style", "svg", "script")
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag):
        self._unseen -= tag in ("style", "svg", "script")
        self._cell = self._cell and tag not in ("td", "th")
        if tag in ("p", "h1", "h2", "td", "th", "dt", "dd"):
            self.words.append(" ")

    def handle_data(self, data):
        if self._unseen:
            return
        self.words.append(data)
        if self._cell:
            self.rows[-1][-1] += data

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def page(torchkata, tmp_path):
    """Write the page, as it is now."""

    def page():
        said = torchkata("report", "--html", tmp_path / "page.html")
        assert (said.exit_code, said.stderr) == (0, ""), said.exception
        assert re.fullmatch(r"✓ .*page\.html\n", said.stdout)
        return Page(tmp_path / "page.html")

    return page


def test_a_page_says_what_the_record_comes_to(four, page):
    seen = page()
    assert "katas solved 2 of 4 due for review 1 practised 1 of 30 days" in seen.text
    assert "Next: far/away, which fails. Type torchkata next" in seen.text
    assert ["double", "easy", "✓ solved", "5", "", "10 of 5"] in seen.rows
    assert ["away", "hard", "✗ failing", "1", "", "– of 5"] in seen.rows
    assert ["toy", "3", "2", "0", "1"] in seen.rows
    assert f"{NOON.day} {NOON:%b %Y}: 8" in seen.text
    assert "no more than 15 minutes" in seen.text
    assert TELLING in seen.text
    assert seen.text.count("What it was is told here once the kata is solved.") == 1
    assert "<its>" not in seen.source


def test_a_page_is_one_file_that_needs_nothing_else(practised, page):
    seen = page()
    assert not seen.named("script")
    assert [each for each in seen.named("link") if not each["href"].startswith("data:")] == []
    assert not re.search(r"url\(|@import|\bsrc=|xlink|http", seen.source)
    assert len(seen.source.encode()) < 120_000


def test_a_page_can_be_read_without_being_seen(practised, page):
    seen = page()
    assert seen.named("html") == [{"lang": "en"}]
    assert len(seen.named("h1")) == 1
    assert len(seen.named("caption")) == len(seen.named("table")) > 4
    assert all(each["role"] == "img" and each["aria-label"] for each in seen.named("svg"))
    assert all("scope" in each for each in seen.named("th"))
    names = [each["id"] for _, each in seen.tags if "id" in each]
    assert len(names) == len(set(names))
    assert {each["aria-labelledby"] for each in seen.named("section")} == set(names)


def test_an_empty_record_gives_a_page_that_says_what_to_type(project, page):
    seen = page()
    said = "Nothing is recorded yet Type torchkata next to begin with toy/double, the easiest of 1, solve it,"
    assert said in seen.text
    assert not seen.named("table")


def test_a_record_of_thousands_of_runs_gives_a_small_page(four, page):
    rows = [
        (f"gone/kata_{n % 500}", (NOON - timedelta(hours=n)).astimezone(UTC).isoformat(), f"{n}", f"M{n % 9}")
        for n in range(10_000)
    ]
    with closing(sqlite3.connect(find(four.path).store.path)) as connection, connection:
        connection.executemany(
            "INSERT INTO run (kata, at, state, passed, checks, seed, source, seconds, mistake, device)"
            " VALUES (?, ?, 'failing', 2, 5, '7', ?, 0.25, ?, 'cpu')",
            rows,
        )
    assert len(page().source.encode()) < 120_000


def test_what_a_page_needs_is_named_where_it_is_missing(four, torchkata, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "pytest_torchkata.page", raising=False)
    monkeypatch.delattr("pytest_torchkata.page", raising=False)
    monkeypatch.setitem(sys.modules, "pygal", None)
    said = torchkata("report", "--html", tmp_path / "page.html")
    assert said.exit_code == 2
    assert said.stderr == (
        "Error: The page is made with pygal, which is not installed:  "
        "pip install 'pytest-torchkata[report]'\n"
    )
    assert torchkata("report", "--badge", tmp_path / "badge.svg").exit_code == 0


# XML ----------------------------------------------------------------------------------------------


def test_junit_has_a_case_for_each_kata(four, torchkata, tmp_path, run):
    run("far/away", "failing", at=61, source="b", failing="A bell \x07 & <more>")
    torchkata("report", "--junit", tmp_path / "junit.xml")
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    (suite,) = root
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    for each in (root, suite):
        counts = {name: each.get(name) for name in ("tests", "failures", "errors", "skipped", "time")}
        expected = {"tests": "4", "failures": "1", "errors": "0", "skipped": "1", "time": "780.000"}
        assert counts == expected
    assert datetime.fromisoformat(suite.get("timestamp")).tzinfo is None
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    assert {name: [child.tag for child in case] for name, case in cases.items()} == {
        ("far", "away"): ["failure"],
        ("toy", "double"): [],
        ("toy", "other"): ["skipped"],
        ("toy", "twice"): [],
    }
    assert cases["toy", "double"].get("time") == "600.000"
    (failure,) = cases["far", "away"]
    assert failure.get("message") == failure.text == "A bell \ufffd & <more>: 1 of 3 checks pass"


def test_a_badge_says_what_is_solved(four, torchkata, tmp_path):
    torchkata("report", "--badge", tmp_path / "badge.svg")
    root = ElementTree.parse(tmp_path / "badge.svg").getroot()
    svg = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{svg}svg"
    assert (root.get("role"), root.get("aria-label")) == ("img", "torchkata: 2/4 solved")
    assert root.findtext(f"{svg}title") == "torchkata: 2/4 solved"
    assert [each.text for each in root.iter(f"{svg}text")] == ["torchkata", "2/4"]


# Files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["html", "junit", "badge"])
def test_a_file_of_ours_is_written_anew_and_no_other(four, torchkata, tmp_path, run, kind):
    path = tmp_path / "file"
    assert torchkata("report", f"--{kind}", path).exit_code == 0
    first = path.read_bytes()
    run("toy/other", "solved", at=70)
    assert torchkata("report", f"--{kind}", path).exit_code == 0
    assert path.read_bytes() != first

    path.write_text("<!DOCTYPE html><title>My own</title>")
    said = torchkata("report", f"--{kind}", path)
    assert said.exit_code == 2
    assert "was not written by torchkata report, and was left as it is. Name another file" in said.stderr
    assert path.read_text() == "<!DOCTYPE html><title>My own</title>"


@pytest.mark.parametrize(("name", "why"), [("nowhere/page.html", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_written_is_named(four, torchkata, tmp_path, name, why):
    said = torchkata("report", "--badge", tmp_path / name)
    assert said.exit_code == 2
    assert re.match(
        rf"Error: .* cannot be written: {why}.* Name a file in a folder that there is", said.stderr
    )


def test_all_at_once(four, torchkata, tmp_path):
    said = torchkata("report", "--html", "a.html", "--junit", "b.xml", "--badge", "c.svg")
    assert said.stdout == "✓ a.html\n✓ b.xml\n✓ c.svg\n"
    data = torchkata("report", "--badge", "c.svg", "--json")
    assert json.loads(data.stdout)["total"]["katas"] == 4


# In a browser -------------------------------------------------------------------------------------


@pytest.fixture
def opened(look_at, page, tmp_path):
    """Open the page, as it is now."""

    def opened(width, scheme):
        page()
        return look_at(tmp_path / "page.html", width, scheme)

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_page_fits_and_is_legible_in_a_browser(practised, opened, tmp_path, width, scheme):
    tab = opened(width, scheme)
    for each in tab.query_selector_all("summary"):
        each.click()
    assert tab.evaluate(LOOK) == {"outside": [], "pale": [], "clipped": [], "width": width}
    assert tab.asked == [(tmp_path / "page.html").as_uri()]
    assert tab.complaints == []
    is_dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"
    assert is_dark == (scheme == "dark")
    assert tab.locator("svg.plot").count() == 4
    assert tab.locator(".calendar td:visible .day").count() > (100 if width < 1280 else 170)


def test_an_empty_page_fits_as_well(project, opened):
    assert opened(360, "dark").evaluate(LOOK) == {"outside": [], "pale": [], "clipped": [], "width": 360}


def test_a_page_is_printed_on_white(practised, opened):
    tab = opened(1280, "dark")
    assert tab.pdf(format="A4").startswith(b"%PDF-")
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert tab.locator("details:visible").count() == 0
