import copy

import pytest

from pytest_torchkata.checks import nn, shares, torch

TOKENS = [[0, 2, 2, 5], [4, 1, 2, 0]]


def tokens(given):
    return given.tensor(TOKENS).long()


def made(kata, given):
    """Return a model for seven tokens, of which 3 and 6 do not occur in TOKENS."""
    return given.fill(kata.TiedLM(7, 3))


def tie(model, when):
    weight, output = model.embed.weight, model.output_weight()
    return {
        f"parameters {when}": [tuple(p.shape) for p in model.parameters()],
        f"output_weight is the parameter of embed {when}": output is weight,
        f"output_weight shares its memory {when}": shares(output, weight),
    }


def check_table(kata):
    """There is one parameter, and output_weight returns it, also after load_state_dict."""
    model, other = kata.TiedLM(7, 3), kata.TiedLM(7, 3)
    observed = {
        "embed is an nn.Embedding": isinstance(model.embed, nn.Embedding),
        **tie(model, "at first"),
        "buffers": [tuple(b.shape) for b in model.buffers()],
    }
    model.load_state_dict(other.state_dict())
    return {**observed, **tie(model, "after loading")}


def check_values(kata, given, device, dtype):
    """The logits are the inner products with every row of the table."""
    return {"logits": made(kata, given)(tokens(given))}


@pytest.mark.parametrize("shape", [(), (1,), (2, 1, 3), (0,)])
def check_shapes(kata, given, shape):
    """Tokens of any shape, a single one included."""
    return {"logits": made(kata, given)(given.integers(0, 7, shape))}


def check_gradient(kata, given, device, dtype):
    """The gradient has both parts, that of the way in and that of the way out."""
    model = made(kata, given)
    given.backward(model(tokens(given)))
    return {"gradient of the table": model.embed.weight.grad}


def check_steps(kata, given, device):
    """Five steps of an optimizer move one table, once each."""
    model = made(kata, given)
    steps = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=0.1)
    for _ in range(5):
        steps.zero_grad()
        given.backward(model(tokens(given)))
        steps.step()
    return {
        "table": model.embed.weight,
        "output_weight": model.output_weight(),
        "logits": model(tokens(given)),
        **tie(model, "afterwards"),
    }


def check_state_dict(kata, given):
    """A saved state dict loads strictly into a fresh model, which then computes the same."""
    model, fresh = made(kata, given), kata.TiedLM(7, 3)
    fresh.load_state_dict(copy.deepcopy(model.state_dict()), strict=True)
    with torch.no_grad():
        model.embed.weight.zero_()  # the fresh one has its own
    observed = {"logits": fresh(tokens(given)), "output_weight": fresh.output_weight()}
    return {**observed, **tie(fresh, "afterwards")}


def check_copy(kata, given):
    """A deepcopy is tied to itself, and not to the original."""
    model = made(kata, given)
    twin = copy.deepcopy(model)
    with torch.no_grad():
        model.embed.weight.add_(1)
        twin.embed.weight[2] = 3.0
    given.backward(twin(tokens(given)))
    return {
        "logits": twin(tokens(given)),
        "gradient of the table": twin.embed.weight.grad,
        "gradient of the original": model.embed.weight.grad,
        **tie(twin, "afterwards"),
    }


def check_cast(kata, given):
    """After double() there is one table, in double precision."""
    model = made(kata, given).double()
    with torch.no_grad():
        model.embed.weight[2] = 3.0
    given.backward(model(tokens(given)))
    return {
        "logits": model(tokens(given)),
        "gradient of the table": model.embed.weight.grad,
        **tie(model, "afterwards"),
    }


def check_two_models(kata, given):
    """Two models have a table each, and tokens are left as they were."""
    first, second, x = made(kata, given), kata.TiedLM(7, 3), tokens(given)
    with torch.no_grad():
        second.embed.weight.zero_()
    return {"logits of the first": first(x), "tokens": x}
