"""Proof accepts a kata that holds together, and says in words what is wrong with one that does not."""

import re
import textwrap

import pytest

from pytest_torchkata import catalogue, explain, proof
from pytest_torchkata.catalogue import Catalogue
from pytest_torchkata.proof import NotRun, prove
from tests.conftest import CHECKS, REFERENCE, STUB, TOML, WRONG


@pytest.fixture
def proved(empty_project, monkeypatch):
    """Prove the kata made of these files, in place of the good ones."""

    def prove_with(*arguments, untried=None, rounds=1, **files):
        empty_project.kata(**files)
        monkeypatch.chdir(empty_project.path)
        known = Catalogue(empty_project.path / "katas", empty_project.path / "solutions")
        return prove(known.find("toy/double"), *arguments, untried=untried, rounds=rounds)

    prove_with.project = empty_project
    return prove_with


def test_a_good_kata_is_proved(proved):
    right = '''
    from pytest_torchkata.checks import right

    @right
    class Sum:
        """x + x."""

        def double(x):
            return x + x
    '''
    assert proved(right=right) == []


def wrong(body, *, check="check_value", shows="", sentence="Twice a number was meant, and this is another."):
    return (
        "import torch\nfrom pytest_torchkata.checks import wrong\n\n"
        f"@wrong({check!r}{shows})\nclass Mistake:\n    {sentence!r}\n\n" + textwrap.indent(body, "    ")
    )


SQUARE = "def double(x):\n    return x * x\n"
BAD = {
    "no wrong answer": ({"wrong": ""}, "wrong.py has no wrong answer"),
    "a wrong answer that passes": (
        {"wrong": wrong("def double(x):\n    return x + x\n")},
        "does not reject Mistake by difference",
    ),
    "rejected only because it raises": (
        {"wrong": wrong("def double(x):\n    raise RuntimeError('no')\n")},
        "does not reject Mistake by difference; it gave exception: RuntimeError: no",
    ),
    "rejected by a difference, but meant to raise": (
        {"wrong": wrong(SQUARE, shows=", shows='exception'")},
        "does not reject Mistake by exception; it gave difference: out",
    ),
    "an unknown check": (
        {"wrong": wrong(SQUARE, check="check_valu")},
        "Mistake names check_valu, which is no check, did you mean check_value?",
    ),
    "a sentence that says nothing": ({"wrong": wrong(SQUARE, sentence="Bad.")}, "needs a docstring"),
    "no hints": ({"toml": TOML.replace('"x times two."', '" "')}, "kata.toml needs 3 hints"),
    "a check without a title": (
        {"checks": CHECKS.replace('"""The value and the gradient."""', "pass")},
        "check_value needs a docstring",
    ),
    "another signature": (
        {"stub": STUB.replace("double(x)", "double(y)")},
        "the stub has double(y), the reference double(x)",
    ),
    "another signature of a method": (
        {
            "stub": STUB + "\n\nclass Twice(object):\n    def call(self, x): ...\n",
            "reference": REFERENCE + "\n\nclass Twice:\n    def call(self, y=2): ...\n"
            "    def __init__(self, n): ...\n    def _hidden(self): ...\n",
        },
        "toy/double: the stub has class Twice(object), the reference class Twice()\n"
        "toy/double: the stub has Twice.call(self, x), the reference Twice.call(self, y=2)\n"
        "toy/double: the stub has no Twice(), the reference Twice(self, n)",
    ),
    "a missing name": ({"stub": STUB.replace("def double", "def doble")}, "the stub has no double"),
    "a stub that is solved": (
        {"stub": STUB.replace("raise NotImplementedError", "return 2 * x")},
        "the stub passes",
    ),
    "no example": ({"stub": STUB.replace(">>>", "   ")}, "needs a worked example"),
    "a wrong example": (
        {"stub": STUB.replace("tensor([2., 4.])", "tensor([2., 5.])")},
        "Got:\n    tensor([2., 4.])",
    ),
    "a reference that fails its own check": (
        {"reference": REFERENCE.replace("2 * x", "undefined")},
        "NameError: name 'undefined' is not defined",
    ),
    "a reference that is random": (
        {"reference": "import os\n\ndef double(x):\n    return x * 10.0 ** (os.urandom(1)[0] / 4 - 32)\n"},
        "the reference, run again, fails",
    ),
    "a right answer that is rejected": (
        {
            "right": "from pytest_torchkata.checks import right\n\n@right\nclass Odd:\n"
            "    def double(x):\n        return x * 3\n"
        },
        "the right answer Odd fails check_value",
    ),
    "checks that nothing disturbs": (
        {
            "checks": 'def check_shape(kata, given):\n    """The shape."""\n'
            '    return {"shape": tuple(kata.double(given.normal(3)).shape)}\n',
            "wrong": wrong("def double(x):\n    return x[:1]\n", check="check_shape"),
        },
        "no check notices the reflex 'zeros'",
    ),
    "an unknown field": ({"toml": TOML + 'hint = "x"\n'}, "hint is unknown, did you mean hints?"),
    "an unknown kind": (
        {"toml": TOML.replace("implement", "implemented")},
        "kind is 'implemented', expected one of implement",
    ),
    "a bughunt without its digest": (
        {
            "toml": TOML.replace("implement", "bughunt"),
            "stub": STUB.replace("raise NotImplementedError", "return x"),
        },
        "kata.toml must tell the untouched stub",
    ),
    "a reference that breaks its own rule": (
        {
            "toml": TOML + 'forbidden = ["torch.add"]\n',
            "reference": "import torch\n\n\ndef double(x):\n    return torch.add(x, x)\n",
        },
        "toy/double: reference.py:5 uses torch.add, which the kata forbids",
    ),
    "a rule about nothing": (
        {"toml": TOML + 'forbidden = ["torch.ad"]\n'},
        "toy/double: kata.toml forbids torch.ad, which torch does not have",
    ),
    "an unknown level": (
        {"toml": TOML.replace("easy", "esay")},
        "level is 'esay', expected one of warmup, easy",
    ),
    "a bughunt that has changed since": (
        {"toml": TOML.replace("implement", "bughunt") + 'stub = "0123456789abcdef"\n'},
        "kata.toml must tell the untouched stub: stub = ",
    ),
    "a value that does not travel": (
        {"checks": CHECKS.replace("tuple(kata", "set(kata")},
        "toy/double: check_shape returns a set as shape, and its value is lost",
    ),
    "an example that raises": (
        {"reference": "raise OSError('no disk')\n" + REFERENCE},
        "the example in the stub: The file cannot be loaded: OSError: no disk",
    ),
    "a stub that is not Python": ({"stub": "def double(:\n"}, "double.py:1 is not valid Python"),
    "a reference that is not Python": ({"reference": "def double(:\n"}, "reference.py:1 is not valid Python"),
    "checks that are not Python": ({"checks": "def check(:\n"}, "checks.py:1 is not valid Python"),
    "wrong answers that are not Python": ({"wrong": "class Bad(:\n"}, "wrong.py:1 is not valid Python"),
    "right answers that are not Python": ({"right": "class Odd(:\n"}, "right.py:1 is not valid Python"),
    "a wrong answer that cannot be read": (
        {"wrong": wrong(SQUARE).replace("'check_value'", "")},
        "write @wrong(",
    ),
    "right answers that are not declared": ({"right": "class Odd: ...\n"}, "right.py has no right answer"),
    "an example that cannot be read": (
        {"stub": STUB.replace("    tensor([2., 4.])", "  tensor([2., 4.])")},
        "has inconsistent leading whitespace",
    ),
    "predictions without their check": (
        {"stub": 'ANSWERS = {"a": ...}\n', "reference": "QUESTIONS = ''\nANSWERS = {}\n"},
        "checks.py needs check_answer(kata, question), one case for each question",
    ),
    "a check that does not load": ({"checks": "import nowhere\n" + CHECKS}, "checks cannot be run"),
}


@pytest.mark.parametrize("flaw", BAD)
def test_a_flaw_is_named(proved, flaw):
    files, words = BAD[flaw]
    assert words in "\n".join(proved(**files))


def test_a_bughunt_is_proved_with_the_digest_that_is_asked_for(proved):
    files = {"stub": STUB.replace("raise NotImplementedError", "return x")}
    toml = TOML.replace("implement", "bughunt") + f'stub = "{catalogue.digest(files["stub"].encode())}"\n'
    assert proved(toml=toml, **files) == []


def test_checks_that_take_long_are_named(proved, monkeypatch):
    monkeypatch.setattr(proof, "_SECONDS", 0.0)
    (problem,) = proved()
    assert re.fullmatch(r"toy/double: the checks take \d+\.\d s, at most 0 s are meant", problem)


def test_every_flaw_on_paper_is_named_at_once(proved):
    files = {"stub": STUB.replace(">>>", "   ").replace("double(x)", "double(y)"), "wrong": ""}
    assert len(proved(**files)) == 3


def test_files_that_are_missing_or_stray_are_named(proved):
    project = proved.project
    (project.path / "solutions/toy/double").mkdir(parents=True)
    for name in ("notes.txt",):
        (project.path / "solutions/toy/double" / name).write_text("")
    (project.path / "solutions/toy/double").rename(project.path / "aside")
    project.kata()
    (project.path / "aside/notes.txt").rename(project.path / "solutions/toy/double/notes.txt")
    (project.path / "solutions/toy/double/wrong.py").unlink()
    project.stub("toy/double").unlink()
    known = Catalogue(project.path / "katas", project.path / "solutions")
    problems = prove(known.find("toy/double"))
    assert problems == [
        "toy/double: wrong.py is missing",
        "toy/double: notes.txt does not belong into the solution's folder",
        f"toy/double: there is no stub {explain.shown(project.stub('toy/double'))}",
    ]


def test_a_mistake_may_show_as_a_broken_rule(proved):
    assert (
        proved(
            toml=TOML + 'forbidden = ["torch.add"]\n',
            wrong=WRONG + wrong("def double(x):\n    return torch.add(x, x)\n", shows=", shows='rule'"),
        )
        == []
    )


def test_a_mistake_may_show_as_an_endless_loop(proved):
    body = "def double(x):\n    while True:\n        pass\n"
    assert proved("--timeout=1", wrong=WRONG + wrong(body, shows=", shows='stop'")) == []


def test_questions_in_the_stub_are_those_that_are_run(proved):
    stub = 'ANSWERS = {\n    # 1 + 2\n    "three": ...,\n    # 2 + 2\n    "four": ...,\n}\n'
    problems = proved(
        stub=stub,
        toml=TOML.replace("implement", "predict"),
        reference="from pytest_torchkata.checks import truth\n\nQUESTIONS = '''\nthree:\n    1 + 2\n"
        "four:\n    2 + 3\n'''\n\nANSWERS = truth(QUESTIONS)\n",
        checks="import pytest\n\nfrom pytest_torchkata.checks import questions\n\n\n"
        "@pytest.mark.prediction\n@pytest.mark.parametrize('question', questions(__file__))\n"
        'def check_answer(kata, question):\n    """The value."""\n'
        "    return {question: kata.ANSWERS.get(question, ...)}\n",
        wrong=wrong("ANSWERS = {'three': 4, 'four': 5}\n", check="check_answer"),
    )
    assert problems == ["toy/double: the stub's snippet for four is not the one in QUESTIONS"]


def test_a_kata_that_needs_cuda_is_read_but_not_run(proved):
    checks = CHECKS.replace("import pytest\n", "import pytest\n\npytestmark = pytest.mark.needs_cuda\n", 1)
    assert "pytestmark" in checks
    with pytest.raises(NotRun, match="needs CUDA: run it with --gpu"):
        proved(checks=checks)


def test_a_mistake_that_only_cuda_shows_is_not_held_against_checks_that_do_not_run(proved):
    on_cuda = '\n\n@pytest.mark.needs_cuda\ndef check_there(kata):\n    """There."""\n    return {}\n'
    there = wrong("def double(x):\n    return x + x\n", check="check_there")
    untried = {}
    assert proved(checks=CHECKS + on_cuda, wrong=WRONG + there, untried=untried) == []
    ((reason, names),) = untried.items()
    assert reason.startswith("needs CUDA: run it with --gpu")
    assert names == ["Mistake"]


@pytest.mark.parametrize(("body", "count"), [(SQUARE, 0), ("def double(x):\n    return x + x\n", 1)])
def test_of_a_check_with_cases_for_cuda_those_that_run_here_may_reject_a_mistake(proved, body, count):
    sizes = (
        "\n\n@pytest.mark.parametrize('n', [2, pytest.param(3, marks=pytest.mark.needs_cuda)])\n"
        "def check_sizes(kata, given, n):\n    'Sizes.'\n    return {'out': kata.double(given.normal(n))}\n"
    )
    untried = {}
    mistake = wrong(body, check="check_sizes")
    assert proved(checks=CHECKS + sizes, wrong=WRONG + mistake, untried=untried) == []
    assert len(untried) == count


def test_a_check_that_is_there_and_runs_must_reject_its_mistake_whatever_else_does_not_run(proved):
    on_cuda = '\n\n@pytest.mark.needs_cuda\ndef check_there(kata):\n    """There."""\n    return {}\n'
    (problem,) = proved(checks=CHECKS + on_cuda, wrong=wrong("def double(x):\n    return x + x\n"))
    assert re.match(
        r"toy/double: check_value with --kata-seed \d+ does not reject Mistake by difference", problem
    )


def test_a_stub_that_runs_may_fail_where_its_checks_do_not_run(proved):
    on_cuda = '\n\n@pytest.mark.needs_cuda\ndef check_there(kata):\n    """There."""\n    return {}\n'
    stub = STUB.replace("raise NotImplementedError", "return 2 * x")
    untried = {}
    assert proved(checks=CHECKS + on_cuda, stub=stub, untried=untried) == []
    assert [*untried.values()] == [["the stub"]]


def test_more_rounds_draw_other_inputs_and_name_the_seed_that_they_are_of(proved):
    right = '''
    from pytest_torchkata.checks import right

    @right
    class FailsForOneDrawInTwo:
        """Is right where the first number is positive."""

        def double(x):
            return 2 * x if x.numel() != 4 or x[0] > 0 else 3 * x
    '''
    seeds = set(range(5, 13))
    problems = proved("--kata-seed=5", right=right, rounds=len(seeds))
    named = {int(re.search(r"fails check_value.* with --kata-seed (\d+): out", each)[1]) for each in problems}
    assert set() < named < seeds
    kata = Catalogue(proved.project.path / "katas", proved.project.path / "solutions").find("toy/double")
    for seed in (min(named), min(seeds - named)):
        assert bool(prove(kata, f"--kata-seed={seed}")) == (seed in named)
