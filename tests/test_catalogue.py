import pytest

from pytest_torchkata import catalogue
from pytest_torchkata.catalogue import Catalogue, KataError
from pytest_torchkata.kata import Facts


@pytest.fixture
def known(project):
    return Catalogue(project.path / "katas", project.path / "solutions")


@pytest.fixture
def kata(known):
    """A kata whose files a test may rewrite."""
    return known.find("toy/double")


def rewrite(kata, name, text):
    (kata.solution / name).write_text(text, encoding="utf-8")
    return kata


# Finding ------------------------------------------------------------------------------------------


def test_a_kata_is_its_path(known):
    kata = known.find("toy/double")
    assert (kata.id, kata.topic, kata.name) == ("toy/double", "toy", "double")
    assert kata.stub == known.stubs / "toy/double.py"
    assert kata.solution == known.solutions / "toy/double"


def test_topics_nest(project, known):
    project.kata("deep/er/still")
    assert known.find("deep/er/still").topic == "deep/er"


@pytest.mark.parametrize(
    "name",
    [
        "double",
        "toy/double.py",
        "katas/toy/double",
        "katas/toy/double.py",
        "./katas/toy/double.py",
        "/toy/double/",
    ],
)
def test_finds_by_what_a_user_would_type(known, name):
    assert known.find(name).id == "toy/double"


def test_finds_by_a_path_from_anywhere(project, known, monkeypatch):
    assert known.find(str(known.stubs / "toy/double.py")).id == "toy/double"
    monkeypatch.chdir(known.stubs / "toy")
    assert known.find("double.py").id == "toy/double"
    project.kata("other/double")
    assert known.find("./double.py").id == "toy/double"  # what is here comes before a name alone


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("toy/duoble", "Did you mean toy/double?"),
        ("duoble", "Did you mean toy/double?"),
        ("elsewhere/entirely/double", "Did you mean toy/double?"),
        ("toy/transformer_block", ""),
    ],
)
def test_suggests_what_was_meant(known, name, hint):
    with pytest.raises(KataError) as problem:
        known.find(name)
    assert str(problem.value) == f"There is no kata '{name}'. {hint}".strip()


def test_a_name_in_two_topics_is_asked_back(project, known):
    project.kata("regularization/double")
    with pytest.raises(KataError, match=r"Did you mean (toy|regularization)/double or \w+/double\?"):
        known.find("double")


def test_a_stub_belongs_to_its_kata_and_other_files_to_none(project, known):
    assert known.at(known.stubs / "toy/double.py") == known.find("toy/double")
    project.answer("", "toy/notes")
    strangers = [
        known.stubs / "toy/notes.py",
        known.stubs / "toy/double.txt",
        known.solutions / "toy/double.py",
    ]
    assert [known.at(path) for path in strangers] == [None, None, None]


def toml(**fields):
    values = {"title": "T", "kind": "implement", "level": "easy", "minutes": 5, "hints": ["h"]} | fields
    return "\n".join(f"{name} = {_literal(value)}" for name, value in values.items())


def _literal(value):
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_lists_by_topic_and_then_from_easy_to_hard(project, known):
    for name, level, minutes in (("b", "warmup", 9), ("c", "hard", 1), ("a", "easy", 9), ("z", "easy", 1)):
        project.kata(f"toy/{name}", toml=toml(level=level, minutes=minutes))
    project.kata("early/last", toml=toml(level="expert"))
    project.kata("toy/broken", toml="not toml")
    ids = [kata.id for kata in known.all()]
    assert ids == ["early/last", "toy/b", "toy/z", "toy/double", "toy/a", "toy/c", "toy/broken"]


# kata.toml ----------------------------------------------------------------------------------------


def test_reads_facts(kata):
    text = toml(tags=["x"], forbidden=["torch.nn.Linear"], strict=True, timeout=2.5, stub="ab")
    assert catalogue.facts(rewrite(kata, "kata.toml", text)) == Facts(
        title="T",
        kind="implement",
        level="easy",
        minutes=5,
        hints=("h",),
        tags=("x",),
        forbidden=("torch.nn.Linear",),
        strict=True,
        timeout=2.5,
        stub="ab",
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"minutse": 5}, "minutse is unknown, did you mean minutes?"),
        ({"colour": "red"}, "colour is unknown"),
        ({"kind": "essay"}, "kind is 'essay', expected one of implement, bughunt, predict"),
        ({"level": "meduim"}, "level is 'meduim', expected one of warmup, easy, medium, hard, expert"),
        ({"minutes": "five"}, "minutes cannot be 'five'"),
        ({"minutes": True}, "minutes cannot be True"),
        ({"minutes": 2.5}, "minutes cannot be 2.5"),
        ({"strict": 1}, "strict cannot be 1"),
        ({"hints": "one"}, "hints cannot be 'one'"),
        ({"hints": [1]}, "hints must be a list of strings"),
    ],
)
def test_names_the_field_that_is_wrong(kata, fields, words):
    with pytest.raises(KataError) as problem:
        catalogue.facts(rewrite(kata, "kata.toml", toml(**fields)))
    assert words in str(problem.value)
    assert str(problem.value).startswith(f"{kata.solution / 'kata.toml'}: ")


def test_names_every_problem_at_once(kata):
    with pytest.raises(KataError) as problem:
        catalogue.facts(rewrite(kata, "kata.toml", 'title = "T"\nkind = "essay"\nminutes = "x"'))
    for words in ("level is missing", "hints is missing", "kind is 'essay'", "minutes cannot be 'x'"):
        assert words in str(problem.value)
    assert "title" not in str(problem.value)


@pytest.mark.parametrize("content", [b"title =", b"title = '\xff'", None])
def test_a_file_that_cannot_be_read_is_named(kata, content):
    path = kata.solution / "kata.toml"
    path.write_bytes(content) if content else path.unlink()
    with pytest.raises(KataError, match=r"kata\.toml: "):
        catalogue.facts(kata)


# Code that is read and not run --------------------------------------------------------------------


def test_the_names_to_write_are_the_public_ones_of_the_reference(kata):
    reference = """
import torch
from torch import nn
EPS = 1e-5
ANSWERS: dict = {}
def f(x): ...
def _helper(): ...
class A(nn.Module):
    def forward(self): ...
g = f
_h = f
torch.manual_seed(0)
raise SystemExit
"""
    assert catalogue.api(rewrite(kata, "reference.py", reference)) == ("ANSWERS", "f", "A", "g")


def test_reads_mistakes_in_their_order(kata):
    mistakes = '''
from pytest_torchkata.checks import wrong
raise SystemExit

class Helper: ...

@wrong("check_b")
class B:
    """One line
    and another."""

@wrong("check_a", shows="stop")
class A: ...
'''
    found = catalogue.mistakes(rewrite(kata, "wrong.py", mistakes))
    assert [(m.name, m.sentence, m.check, m.shows) for m in found] == [
        ("B", "One line and another.", "check_b", "difference"),
        ("A", "", "check_a", "stop"),
    ]


@pytest.mark.parametrize(
    "declaration",
    ["@wrong", "@wrong()", "@wrong(NAME)", "@wrong(3)", '@wrong("a", "b")', '@wrong("a", shows=HOW)'],
)
def test_a_mistake_that_cannot_be_read_is_named(kata, declaration):
    rewrite(kata, "wrong.py", f"NAME = HOW = ''\n{declaration}\nclass A: ...\n")
    with pytest.raises(KataError, match=r'wrong.py:3: write @wrong\("check_name"\).* above A'):
        catalogue.mistakes(kata)


def test_a_way_to_show_that_does_not_exist_is_named(kata):
    rewrite(kata, "wrong.py", '@wrong("check_a", shows="crash")\nclass A: ...\n')
    with pytest.raises(KataError) as problem:
        catalogue.mistakes(kata)
    assert "shows is 'crash', expected difference, exception, stop or rule" in str(problem.value)


def test_reads_right_answers(kata):
    assert catalogue.right_answers(kata) == ()
    rewrite(kata, "right.py", "@right\nclass A: ...\nclass Helper: ...\n@right\nclass B: ...\n")
    assert catalogue.right_answers(kata) == ("A", "B")


def test_no_file_of_mistakes_is_no_mistakes(kata):
    (kata.solution / "wrong.py").unlink()
    assert catalogue.mistakes(kata) == ()


@pytest.mark.parametrize("name", ["reference.py", "wrong.py", "right.py"])
def test_code_that_does_not_parse_is_named_with_its_line(kata, name):
    rewrite(kata, name, "import torch\ndef f(:\n")
    read = {
        "reference.py": catalogue.api,
        "wrong.py": catalogue.mistakes,
        "right.py": catalogue.right_answers,
    }
    with pytest.raises(KataError, match=rf"{name}:2 is not valid Python"):
        read[name](kata)


# The untouched stub -------------------------------------------------------------------------------

SOURCE = b'"""Doc"""\nx = {"a": 1}\n\ndef f(y=None):\n    return f"{y!r:>9}" + u"b"\n'


@pytest.mark.parametrize(
    "same",
    [
        b"# a comment\n" + SOURCE,
        SOURCE.replace(b"\n", b"\r\n"),
        SOURCE.replace(b'{"a": 1}', b"{\n    'a':  1,\n}"),
        SOURCE.rstrip(),
        SOURCE.replace(b"Doc", b"Another statement"),
        SOURCE.partition(b"\n")[2],
    ],
)
def test_wording_and_layout_leave_the_digest(same):
    assert catalogue.digest(same) == catalogue.digest(SOURCE)


@pytest.mark.parametrize(
    "other",
    [
        SOURCE.replace(b"1", b"2"),
        SOURCE.replace(b"1", b"1.0"),
        SOURCE.replace(b"y=None", b"y=0"),
        SOURCE.replace(b"x =", b"z ="),
        SOURCE + b"f()\n",
        SOURCE.replace(b"y!r", b"y"),
    ],
)
def test_code_changes_the_digest(other):
    assert catalogue.digest(other) != catalogue.digest(SOURCE)


def test_the_digest_is_the_same_in_every_python():
    # Written down: a kata.toml keeps it, and ast.dump is not the same in 3.11, 3.12 and 3.13.
    assert catalogue.digest(SOURCE) == "5326130d6443c62a"


@pytest.mark.parametrize("source", [b"def f(:", b"\0", b"(" * 10**5, b"-" * 10**5 + b"1"])
def test_what_does_not_parse_has_no_digest(source):
    assert catalogue.digest(source) == ""
