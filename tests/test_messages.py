"""What a learner reads when an answer does not pass: each failure in its own words, and nothing of ours."""

import re
from fnmatch import fnmatchcase

import pytest

from pytest_torchkata.catalogue import digest

RIGHT = "def double(x):\n    return x + x\n"
FILE = "katas/toy/double.py"
TOML = ['title = "Double"', 'kind = "implement"', 'level = "easy"', "minutes = 5", 'hints = ["A", "B", "C"]']

# Whatever is shown of these two files would show their peculiar names.
MODEL = """
import torch
from torch import nn


class Scale(nn.Module):
    def __init__(self, factor=2.0):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, x):
        seen_in_the_reference = x * self.factor
        return seen_in_the_reference


def total(model, x):
    return model(x).sum()
"""
CHECKS = '''
from pytest_torchkata.checks import torch


def check_value(kata, given):
    """The value."""
    seen_in_the_check = given.normal(3, 2)
    return {"out": kata.Scale(factor=3.0)(seen_in_the_check)}


def check_gradient(kata, given):
    """The gradient of the factor."""
    seen_in_the_check = given.normal(3, 2)
    model = kata.Scale(factor=3.0)
    out = torch.stack([kata.total(model, seen_in_the_check)])
    out.backward()
    return {"factor.grad": model.factor.grad}
'''
MODULE = MODEL.lstrip().replace("seen_in_the_reference", "out")


@pytest.fixture
def model(empty_project):
    """A project with a kata that asks for a module and a function."""
    return empty_project.kata(reference=MODEL, checks=CHECKS, wrong="")


def module(old="", new=""):
    """Return the right answer to that kata with one thing changed."""
    assert old in MODULE
    return MODULE.replace(old, new)


def message(result):
    """Return the lines between the title of the check that failed and what to do now."""
    _, shown = re.split(r"^   ✗ .*\n", result.stdout.str(), maxsplit=1, flags=re.MULTILINE)
    shown = re.split(r"^   (?:\d+ more checks? not shown|Stuck)", shown, flags=re.MULTILINE)[0]
    return [line.strip() for line in shown.splitlines() if line.strip()]


def assert_says(result, *lines):
    """Assert what a failure says, in full; a line may end in an asterisk."""
    said = message(result)
    assert len(said) == len(lines), said
    for line, pattern in zip(said, lines, strict=True):
        assert fnmatchcase(line, pattern.replace("[", "[[]")), (line, pattern)
    text = result.stdout.str()
    for ours in ("Traceback", "checks.py", "reference.py", "pytest_torchkata/", "seen_in_the_"):
        assert ours not in text


# The file -----------------------------------------------------------------------------------------

FILES = {
    "a syntax error": (
        "def double(x):\n    return 2 *\n",
        [f"{FILE}:2 is not valid Python: invalid syntax", "return 2 *"],
    ),
    "a very long line": (
        f"x = {'(' * 200}",
        [f"{FILE}:1 is not valid Python: *", f"x = {'(' * 85}…"],
    ),
    "null bytes": (b"x = 1\0\n", [f"{FILE} is not valid Python: *null bytes*"]),
    "another encoding than it says": (
        b"def double(x):\n    return '\xe9'\n",
        [
            f"{FILE}:2 is not valid Python: (unicode error) 'utf-8' codec can't decode byte 0xe9*",
            "return '*'",
        ],
    ),
    "an encoding that there is not": (
        b"# coding: klingon\n",
        [f"{FILE} is not valid Python: unknown encoding: klingon"],
    ),
    "an import of nothing": (
        f"import torhc\n{RIGHT}",
        ["An import fails: No module named 'torhc'", f"{FILE}:1 in <module>", "import torhc"],
    ),
    "an import of a name that there is not": (
        f"from math import cosinus\n{RIGHT}",
        [
            "An import fails: cannot import name 'cosinus' from 'math'*",
            f"{FILE}:1 in <module>",
            "from math import cosinus",
        ],
    ),
    "an exception": (
        f"{RIGHT}\n1 / 0\n",
        [
            "The file cannot be loaded:",
            "ZeroDivisionError: division by zero",
            f"{FILE}:4 in <module>",
            "1 / 0",
        ],
    ),
    "a file that it reads and that there is not": (
        "open('weights.csv')",
        [
            "The file cannot be loaded:",
            "FileNotFoundError: [Errno 2] No such file or directory: 'weights.csv'",
            f"{FILE}:1 in <module>",
            "open('weights.csv')",
        ],
    ),
    "nothing": ("", [f"{FILE}: there is no double in this file."]),
    "a name that nobody asked for": (
        RIGHT.replace("double", "solve"),
        [f"{FILE}: there is no double in this file."],
    ),
    "a misspelt name": (
        RIGHT.replace("double", "duoble"),
        [f"{FILE}: there is no double in this file. Did you mean duoble?"],
    ),
    "a name in another case": (
        RIGHT.replace("double", "DOUBLE"),
        [f"{FILE}: there is no double in this file. Did you mean DOUBLE?"],
    ),
}


@pytest.mark.parametrize("content", FILES)
def test_a_file_that_cannot_be_used_is_told_why(project, content):
    answer, lines = FILES[content]
    result = project.answer(answer).run()
    assert_says(result, *lines)
    assert result.ret == 1


@pytest.mark.parametrize("answer", [b"\xef\xbb\xbf" + RIGHT.encode(), RIGHT.replace("\n", "\r\n").encode()])
def test_a_file_as_windows_writes_it_is_read(project, answer):
    assert project.answer(answer).run().ret == 0


GONE = """
import pathlib

def pytest_collection_finish(session):
    stub = pathlib.Path("katas/toy/double.py")
    stub.unlink()
    {then}
"""


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ("", "[[]Errno 2[]] No such file or directory: *"),
        ("stub.mkdir()", "[[]Errno 21[]] Is a directory: *"),
    ],
    ids=["it is deleted", "it becomes a directory"],
)
def test_a_file_that_cannot_be_read_is_told_why(project, isolation, then, why):
    project.answer(RIGHT).pytester.makeconftest(GONE.format(then=then))
    result = project.run(isolation)
    result.stdout.fnmatch_lines([f"*{FILE} cannot be read: {why}"])
    result.assert_outcomes(failed=1)
    assert result.ret == 1


def test_a_directory_in_the_place_of_a_file_is_no_kata(project):
    project.stub().unlink()
    project.stub().mkdir()
    assert project.run().ret == pytest.ExitCode.NO_TESTS_COLLECTED


# Not written yet ----------------------------------------------------------------------------------

UNWRITTEN = {
    "the stub": (None, "double is not written yet (katas/toy/double.py:14)."),
    "a helper": (
        "def double(x):\n    return twice(x)\n\ndef twice(x):\n    raise NotImplementedError('later')\n",
        "twice is not written yet (katas/toy/double.py:5).",
    ),
    "while the file is loaded": (
        "def double(x):\n    raise NotImplementedError()\n\ndouble(1)\n",
        "double is not written yet (katas/toy/double.py:2).",
    ),
    "outside of any function": (
        f"{RIGHT}\nraise NotImplementedError\n",
        "This is not written yet (katas/toy/double.py:4).",
    ),
    "an error of one's own": (
        "class Later(NotImplementedError): pass\n\ndef double(x):\n    raise Later\n",
        "double is not written yet (katas/toy/double.py:4).",
    ),
}


@pytest.mark.parametrize("where", UNWRITTEN)
def test_what_is_not_written_yet_is_to_do_and_no_failure(project, where):
    answer, why = UNWRITTEN[where]
    if answer:
        project.answer(answer)
    result = project.run("-v", "--junitxml=report.xml")
    result.stdout.fnmatch_lines(
        [
            "katas/toy/double.py::check_shape TO DO*",
            "katas/toy/double.py::check_value[[]size0[]] NOT SHOWN*",
            " To do: toy/double",
            "*= 1 to do, 2 not shown in *",
        ]
    )
    assert why in (project.path / "report.xml").read_text()
    assert "FAILURES" not in result.stdout.str()
    assert result.ret == 1


def test_a_stub_that_runs_is_to_do_until_its_code_changes(empty_project):
    stub = "def double(x):\n    return x * x\n"
    toml = [*TOML, f'stub = "{digest(stub.encode())}"']
    empty_project.kata(toml="\n".join(toml), stub=f"# Where is the bug?\n{stub}")
    result = empty_project.run("--junitxml=report.xml")
    result.stdout.fnmatch_lines(["katas/toy/double.py ---*", " To do: toy/double"])
    assert "The stub is as it was handed out." in (empty_project.path / "report.xml").read_text()
    result = empty_project.answer("def double(x):\n    return x ** 2\n").run()
    result.assert_outcomes(failed=1, passed=1)


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        (
            "return torch.arange(3).softmax(0)",
            [
                "*Error: \"softmax*\" not implemented for 'Long'",
                f"{FILE}:11 in forward",
                "return *",
            ],
        ),
        (
            "return super().forward(x)",
            ["NotImplementedError: Module [Scale] is missing the *", f"{FILE}:11 in forward", "return *"],
        ),
    ],
    ids=["a dtype that torch has not implemented", "a method that torch has left open"],
)
def test_what_torch_has_not_written_is_a_failure(model, code, lines):
    result = model.answer(module("out = x * self.factor", code)).run()
    assert_says(result, *lines)


# Calling it ---------------------------------------------------------------------------------------

CALLS = {
    "a parameter too many": (
        "def double(x, y): ...",
        [
            "It cannot be called as the statement says:",
            "TypeError: double() missing 1 required positional argument: 'y'",
        ],
    ),
    "too few parameters": (
        "def double(): ...",
        [
            "It cannot be called as the statement says:",
            "TypeError: double() takes 0 positional arguments but 1 was given",
        ],
    ),
    "a class without a constructor": (
        "class double: ...",
        ["It cannot be called as the statement says:", "TypeError: double() takes no arguments"],
    ),
    "no function at all": (
        "double = 2",
        ["The check could not go on with what it got:", "TypeError: 'int' object is not callable"],
    ),
}


@pytest.mark.parametrize("definition", CALLS)
def test_a_wrong_signature_is_told(project, definition):
    answer, lines = CALLS[definition]
    assert_says(project.answer(answer).run(), *lines)


def test_a_parameter_of_another_name_is_told(model):
    result = model.answer(MODULE.replace("factor=2.0", "scale=2.0")).run()
    assert_says(
        result,
        "It cannot be called as the statement says:",
        "TypeError: Scale.__init__() got an unexpected keyword argument 'factor'",
    )


# What it returns ----------------------------------------------------------------------------------

VALUES = {
    "None": ("None", "expected Tensor (3, 2) float32, yours None"),
    "another shape": ("out[:1]", "expected shape (3, 2), yours (1, 2)"),
    "another device": ("out.to('meta')", "expected device cpu, yours meta"),
    "another dtype": ("out.double()", "expected float32, yours float64"),
    "no graph": (
        "out.detach()",
        "expected a result that carries its graph, yours is detached (requires_grad=False)",
    ),
    "a list": ("[out]", "expected Tensor (3, 2) float32, yours a list of 1"),
    "an array": ("out.detach().numpy()", "expected a Tensor, yours a numpy.ndarray"),
    "a parameter": ("nn.Parameter(out)", "expected a Tensor, yours a Parameter"),
    "NaN": ("out * float('nan')", "6 of 6 elements are NaN where a number is expected, first at [0, 0]"),
    "a value that is off": (
        "out * 1.5",
        "6 of 6 elements differ, worst at [*]: expected *, yours *; yours is 1.5 times the expected *",
    ),
}


@pytest.mark.parametrize("value", VALUES)
def test_a_wrong_value_is_told_with_its_place_in_the_code(model, value):
    returned, words = VALUES[value]
    result = model.answer(module("return out", f"return {returned}")).run()
    assert_says(result, f"out   {words}", f"Your code: {FILE}:12 in forward")


def test_a_wrong_gradient_is_told_with_the_line_of_the_backward(project):
    result = project.answer(
        """\
        import torch

        class Double(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return 2 * x

            @staticmethod
            def backward(ctx, grad):
                return 3 * grad

        def double(x):
            return Double.apply(x)
        """
    ).run()
    assert_says(result, "x.grad   4 of 4 elements differ, *", f"Your code: {FILE}:10 in backward")


def test_a_missing_gradient_is_told(model):
    result = model.answer(module("return model(x).sum()", "return x.requires_grad_().sum()")).run()
    assert_says(
        result,
        "factor.grad   expected a gradient of shape (), yours None: no gradient reached it",
        f"Your code: {FILE}:16 in total",
    )


def test_a_detached_result_is_told_where_a_backward_needs_it(project):
    result = project.answer("def double(x):\n    return 2 * x.detach()\n").run()
    assert_says(
        result,
        f"No gradient can flow: what double ({FILE}:2) returned carries no graph.",
        "Look for detach, no_grad, .data, .item(), or a new tensor made from numbers.",
    )


@pytest.mark.parametrize("code", ["model(x).sum()", "total = 2 * model(x)"])
def test_a_forgotten_return_is_told_by_function_and_line(model, code):
    # The check hands the None on to torch, which complains of an argument.
    result = model.answer(module("return model(x).sum()", code)).run()
    assert_says(result, f"total ({FILE}:16) returned None. Is a return missing?")


def test_what_the_check_cannot_use_is_told_with_what_it_got(model):
    result = model.answer(module("return model(x).sum()", "return [model(x)]")).run()
    assert_says(
        result,
        "The check could not go on with what it got:",
        "TypeError: expected Tensor as element 0 in argument 0, but got list",
        f"The last thing it got: list, from total ({FILE}:16).",
    )


# An exception in the learner's code ---------------------------------------------------------------


def test_an_exception_comes_with_the_learners_frames(project):
    result = project.answer(
        """\
        def double(x):
            return helper(x, times=2)

        def helper(x, times):
            return {1: x}[times]
        """
    ).run()
    assert_says(
        result,
        "KeyError: 2",
        f"{FILE}:2 in double",
        "return helper(x, times=2)",
        f"{FILE}:5 in helper",
        "return {1: x}[times]",
    )


def test_an_exception_deep_in_torch_comes_with_the_line_that_led_there(project):
    result = project.answer(
        """\
        from torch import nn

        def double(x):
            model = nn.Sequential(nn.Linear(5, 5))
            return model(x)
        """
    ).run()
    assert_says(
        result,
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x2 and 5x5)",
        f"{FILE}:5 in double",
        "return model(x)",
    )


def test_an_exception_in_a_backward_comes_with_its_line(project):
    result = project.answer(
        """\
        import torch

        class Double(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return 2 * x

            @staticmethod
            def backward(ctx, grad):
                return grad * ctx.factor

        double = Double.apply
        """
    ).run()
    assert_says(
        result,
        "AttributeError: 'DoubleBackward' object has no attribute 'factor'",
        f"{FILE}:10 in backward",
        "return grad * ctx.factor",
    )


def test_a_long_message_is_cut(project):
    text = r"'\n'.join(f'line {i}' for i in range(100))"
    result = project.answer(f"def double(x):\n    raise ValueError({text})\n").run()
    assert_says(
        result,
        "ValueError: line 0",
        *(f"line {i}" for i in range(1, 6)),
        "...",
        f"{FILE}:2 in double",
        f"raise ValueError({text})",
    )


def test_an_exception_that_cannot_be_put_into_words_is_named(project):
    answer = """\
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def double(x):
        raise Mute
    """
    assert_says(
        project.answer(answer).run(),
        "Mute: (an exception whose text cannot be read)",
        f"{FILE}:6 in double",
        "raise Mute",
    )


def test_text_in_any_script_is_shown_as_it_is(project):
    result = project.answer("def double(x):\n    raise ValueError('値が違う 🐍 \\udcff')\n").run()
    assert_says(result, "ValueError: 値が違う 🐍 \\udcff", f"{FILE}:2 in double", "raise *")


# What it prints -----------------------------------------------------------------------------------

PRINTS = "def double(x):\n    print('shape', tuple(x.shape), '🐍')\n    return {}\n"
PRINTED = ["*- Captured output call -*", "shape (4,) 🐍"]


def test_what_an_answer_prints_is_shown_with_its_failure(project, isolation):
    result = project.answer(PRINTS.format("x")).run(isolation)
    result.stdout.fnmatch_lines(PRINTED)
    assert "shape (3, 2)" not in result.stdout.str()


def test_what_an_answer_prints_is_shown_on_request(project):
    project.answer(PRINTS.format("2 * x"))
    project.run("-rP").stdout.fnmatch_lines(PRINTED)
    assert "shape" not in project.run().stdout.str()


def test_what_an_answer_prints_comes_through_under_s(project):
    result = project.answer(PRINTS.format("x")).run("-s")
    lines = [line for line in result.outlines if "🐍" in line]
    assert lines == ["katas/toy/double.py shape (3, 2) 🐍", ".shape (4,) 🐍"]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_flooding_is_cut_with_a_note(project, isolation, stream):
    answer = f"import sys\n\ndef double(x):\n    sys.{stream}.write('spam ' * 400_000)\n    return {{}}\n"
    result = project.answer(answer.format("x")).run(isolation)
    result.stdout.fnmatch_lines(
        ["*expected *, yours *", "[[]cut: only the first 65536 characters are kept[]]"]
    )
    assert result.stdout.str().count("spam ") == 65536 // 5
    assert project.answer(answer.format("2 * x")).run(isolation).ret == 0


# Known mistakes -----------------------------------------------------------------------------------

WRONG = '''
from pytest_torchkata.checks import wrong


@wrong("check_value")
class Squares:
    """This squares x."""

    def double(x):
        return x * x


@wrong("check_value")
class Refuses:
    """Empty tensors are fine."""

    def double(x):
        raise ValueError("I do not like this shape")
'''


def mistake(name, sentence, body, check="check_value"):
    """Return the source of one more known mistake."""
    return (
        f'\n\n@wrong("{check}")\nclass {name}:\n    """{sentence}"""\n\n    def double(x):\n        {body}\n'
    )


@pytest.mark.parametrize(
    ("answer", "more", "sentence"),
    [
        ("return x ** 2", "", "This squares x."),
        ("raise ValueError('I do not like this shape')", "", "Empty tensors are fine."),
        ("raise ValueError('another text')", "", None),
        ("return x ** 3", "", None),
        ("return x ** 2", mistake("Powers", "A power.", "return x.pow(2)"), "This squares x. Or: A power."),
        (
            "return x ** 2",
            mistake("Powers", "A power.", "return x.pow(2)") + mistake("Third", "No.", "return x * x"),
            None,
        ),
        ("return x ** 2", mistake("Elsewhere", "No.", "return x * x", "check_shape"), "This squares x."),
        ("return 3 * x", mistake("Elsewhere", "Thrice.", "return 3 * x", "check_shape"), "Thrice."),
    ],
    ids=[
        "a value",
        "an exception",
        "another exception",
        "another value",
        "two that look the same",
        "three that look the same",
        "the check's own before others",
        "another check's",
    ],
)
def test_a_known_mistake_is_told_and_nothing_is_guessed(empty_project, answer, more, sentence):
    empty_project.kata(wrong=WRONG + more)
    result = empty_project.answer(f"def double(x):\n    {answer}\n").run("--all-checks")
    known = {line.strip() for line in result.outlines if "Known mistake" in line}
    assert known == ({f"Known mistake: {sentence}"} if sentence else set())


RATE = '''
from pytest_torchkata.checks import requirement


def check_rate(kata):
    """A rate."""
    return {"rate": kata.double(1.0)}


@requirement(check_rate, "rate", within=1.0)
def near(rate):
    return None if abs(rate - 2) < 0.1 else "about 2"
'''


@pytest.mark.parametrize(("code", "known"), [("x + 1.5", []), ("5.2 * x", ["Known mistake: Five times x."])])
def test_a_mistake_that_this_case_does_not_tell_from_the_right_answer_is_not_named(
    empty_project, code, known
):
    close = mistake("Close", "A little more.", "return x + 1.4", "check_rate")
    far = mistake("Far", "Five times x.", "return 5 * x", "check_rate")
    empty_project.kata(checks=RATE, wrong=f"from pytest_torchkata.checks import wrong\n{close}{far}")
    result = empty_project.answer(f"def double(x):\n    return {code}\n").run()
    assert_says(result, "rate   expected about 2, yours *", *known, f"Your code: {FILE}:2 in double")


# Rules --------------------------------------------------------------------------------------------

RULES = {
    "its name": (
        "return torch.add(x, x)",
        ["The rule: without torch.add.", f"{FILE}:4 uses it"],
    ),
    "a name computed at run time": (
        "return getattr(torch, 'ad' + 'd')(x, x)",
        ["The rule: without torch.add.", f"{FILE}:4 reaches it when it runs (torch.add under another name)"],
    ),
    "an alias": (
        "return vars(torch)['add'](x, x)",
        ["The rule: without torch.add.", f"{FILE}:4 reaches it when it runs (torch.add under another name)"],
    ),
    "an alias, and a wrong result": (
        "return vars(torch)['add'](x, 0)",
        ["The rule: without torch.add.", f"{FILE}:4 reaches it when it runs (torch.add under another name)"],
    ),
}


@pytest.fixture
def ruled(empty_project):
    """A project whose kata forbids a name."""

    def make(*more):
        toml = [*TOML, 'forbidden = ["torch.add", "torch.nn.functional.linear"]', *more]
        return empty_project.kata(toml="\n".join(toml))

    return make


@pytest.mark.parametrize("way", RULES)
def test_a_forbidden_name_is_told_with_its_rule_and_line(ruled, isolation, way):
    code, lines = RULES[way]
    result = ruled().answer(f"import torch\n\ndef double(x):\n    {code}\n").run(isolation)
    assert_says(result, *lines)
    assert result.ret == 1


HELPER = "import torch\n\ndef double(x):\n    torch.nn.Linear(2, 2)(torch.ones(1, 2))\n    return x * 2\n"


def test_a_helper_of_torch_may_call_a_forbidden_name(ruled):
    assert ruled().answer(HELPER).run().ret == 0


def test_a_helper_of_torch_may_not_where_the_kata_says_so(ruled):
    result = ruled("strict = true").answer(HELPER).run()
    assert_says(
        result,
        "The rule: without torch.nn.functional.linear.",
        f"{FILE}:4 reaches it when it runs (torch's Linear.forward calls F.linear)",
    )


# Seeds --------------------------------------------------------------------------------------------

OFF = "def double(x):\n    return x + x + 1\n"
SEED = re.compile(r"inputs from --kata-seed (\d+), kept until it passes")


def seed(result):
    """Return the seed that a failure shows."""
    return int(SEED.search(result.stdout.str())[1])


def header_seed(result):
    """Return the seed that was drawn for a run."""
    return int(re.search(r"torchkata: .*seed (\d+)$", result.stdout.str(), re.MULTILINE)[1])


def test_a_failure_shows_the_seed_that_gives_its_inputs_again(project):
    first = project.answer(OFF).run()
    assert seed(first) == header_seed(first)
    project.path.joinpath(".torchkata", "progress.sqlite3").unlink()
    again, other = project.run(f"--kata-seed={seed(first)}"), project.run("--kata-seed=7")
    assert message(again) == message(first)
    assert seed(other) == 7
    assert message(other) != message(first)


def test_a_kata_that_failed_keeps_its_seed_until_it_passes(project):
    first = project.answer(OFF).run("--kata-seed=11")
    again = project.run()
    assert (seed(again), message(again)) == (11, message(first))
    assert header_seed(again) != 11
    project.answer(RIGHT).run()
    assert seed(project.answer(OFF).run("--kata-seed=12")) == 12


def test_the_seed_of_the_command_line_wins_over_a_kept_one(project):
    project.answer(OFF).run("--kata-seed=11")
    assert seed(project.run("--kata-seed=12")) == 12
    assert seed(project.run()) == 12


# Predictions --------------------------------------------------------------------------------------

GUESS = "import torch\nANSWERS = {{'sum': {}, 'dtype': torch.int64, 'shape': {}}}\n"


def test_a_wrong_prediction_is_told_without_the_truth(empty_project):
    result = empty_project.predict().answer(GUESS.format(4, (3, 2)), "toy/guess").run("--all-checks")
    assert_says(result, "sum   yours the int 4, which is not what the snippet gives")
    result.assert_outcomes(failed=1, passed=2)


@pytest.mark.parametrize(
    ("total", "shape", "name"),
    [(6.0, (3, 2), "sum   yours the float 6.0"), (6, [3, 2], "shape   yours a list of 2")],
)
def test_a_prediction_of_another_type_is_told_that_its_value_is_right(empty_project, total, shape, name):
    result = empty_project.predict().answer(GUESS.format(total, shape), "toy/guess").run("--all-checks")
    assert_says(
        result, f"{name}, which has the right value, but not its type: 1 is not 1.0, and a list is no tuple"
    )
    result.assert_outcomes(failed=1, passed=2)


def test_a_wrong_prediction_of_a_list_is_told_without_its_elements(empty_project):
    result = empty_project.predict().answer(GUESS.format(6, (3, 4)), "toy/guess").run("--all-checks")
    assert_says(result, "shape   yours a tuple of 2, which is not what the snippet gives")
    assert "expected" not in result.stdout.str()


def test_an_open_question_is_to_do(empty_project):
    empty_project.predict().answer(GUESS.format(6, "..."), "toy/guess")
    result = empty_project.run("--junitxml=report.xml")
    result.stdout.fnmatch_lines(["katas/toy/guess.py ..-*", " To do: toy/guess"])
    assert "1 question is not answered yet: shape" in (empty_project.path / "report.xml").read_text()
    assert result.ret == 1


# One failure at a time ----------------------------------------------------------------------------

COUNTED = '''
import pytest


@pytest.mark.parametrize("case", range(4))
def check_case(kata, case):
    """Case by case."""
    return {"case": kata.double(case)}
'''


@pytest.mark.parametrize(
    ("wrong", "passed", "more"),
    [
        (0, [], "3 more checks not shown: fix this one first, or run with --all-checks."),
        (1, ["✓ Case by case"], "2 more checks not shown: fix this one first, or run with --all-checks."),
        (2, ["✓ Case by case  ×2"], "1 more check not shown: fix this one first, or run with --all-checks."),
        (3, ["✓ Case by case  ×3"], None),
    ],
)
def test_one_failure_is_shown_and_the_rest_is_counted(empty_project, wrong, passed, more):
    empty_project.kata(checks=COUNTED)
    result = empty_project.answer(f"def double(x):\n    return 2 * x + (x >= {wrong})\n").run()
    lines = [line.strip() for line in result.outlines]
    start = lines.index("double   easy · 5 min · attempt 1")
    assert lines[start + 1 : start + len(passed) + 2] == [*passed, f"✗ Case by case   [case={wrong}]"]
    assert [line for line in lines if "not shown:" in line] == ([more] if more else [])
    assert result.parseoutcomes().get("not", 0) == 3 - wrong
    assert result.parseoutcomes()["failed"] == 1


def test_every_failure_is_shown_on_request(empty_project):
    empty_project.kata(checks=COUNTED)
    result = empty_project.answer("def double(x):\n    return 2 * x + (x != 1)\n").run("--all-checks")
    shown = re.findall(r"^   (.) Case by case(.*)$", result.stdout.str(), re.MULTILINE)
    assert shown == [("✗", f"   [case={case}]") for case in (0, 2, 3)]
    assert "not shown" not in result.stdout.str()
    result.assert_outcomes(failed=3, passed=1)


def test_titles_and_cases_in_any_script_are_shown_as_they_are(empty_project):
    checks = COUNTED.replace("Case by case", "二倍の値").replace("range(4)", "['値', '🐍']")
    result = empty_project.kata(checks=checks).answer("def double(x):\n    return x\n").run("-v")
    assert "   ✗ 二倍の値   [case=値]" in result.outlines
    assert_says(result, "case   expected '値値', yours '値'", f"Your code: {FILE}:2 in double")


def test_the_next_attempt_is_counted_only_for_something_new(project):
    attempt = re.compile(r"^ double   easy · 5 min · attempt (\d+)$", re.MULTILINE)
    counted = [attempt.search(project.answer(OFF + more).run().stdout.str())[1] for more in ("", "", "\n")]
    assert counted == ["1", "1", "2"]


def test_a_reference_that_fails_is_the_katas_fault(empty_project):
    empty_project.kata(reference="def double(x):\n    raise ValueError('oops')\n").answer(RIGHT)
    result = empty_project.run()
    result.stdout.fnmatch_lines(["The reference of toy/double does not get through check_shape: *oops*"])
    assert "Traceback" not in result.stdout.str()
    assert result.ret == 1
