import pytest

from pytest_torchkata.checks import questions


def check_keys(kata):
    """Every key is one of the questions."""
    return {"keys that are no question": sorted(set(kata.ANSWERS) - set(questions(__file__)))}


@pytest.mark.prediction
@pytest.mark.parametrize("question", questions(__file__))
def check_answer(kata, question):
    """The value of the snippet's last line."""
    return {question: kata.ANSWERS.get(question, ...)}
