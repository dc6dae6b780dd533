import pytest

from pytest_torchkata.checks import nn, raises, requirement, torch


def rows(given, columns=60):
    """Repeat one row of positive numbers so often that some of every column surely survive.

    The largest result in a column is then the value of its survivors, which is no matter of chance.
    """
    return given.uniform(columns, low=1.0, high=3.0).repeat(200, 1)


def share(mask):
    return mask.float().mean().item()


@pytest.mark.parametrize("p", [0.2, 0.5, 0.7])
def check_rate(kata, given, p):
    """Each element becomes zero with probability p."""
    x = given.uniform(600, 600, low=1.0, high=3.0)
    return {"share of zeros": share(kata.MyDropout(p)(x) == 0)}


@requirement(check_rate, "share of zeros", within=0.03)
def about_p(value, p):
    return None if abs(value - p) < 0.08 else f"about {p}"


@pytest.mark.parametrize("shape", [(300, 80), (100, 12, 20)])
def check_independence(kata, given, shape):
    """Neighbours are dropped independently of each other."""
    gone = kata.MyDropout(0.5)(given.uniform(*shape, low=1.0, high=3.0)) == 0
    return {
        "neighbours in the first dimension dropped together": share(gone & gone.roll(1, 0)),
        "neighbours in the last dimension dropped together": share(gone & gone.roll(1, -1)),
    }


@requirement(check_independence, "neighbours in the first dimension dropped together", within=0.15)
@requirement(check_independence, "neighbours in the last dimension dropped together", within=0.15)
def about_a_quarter(value):
    return None if abs(value - 0.25) < 0.05 else "about 0.25, which is p * p"


@pytest.mark.parametrize("p", [0.2, 0.7])
def check_survivors(kata, given, device, p):
    """What survives is divided by 1 - p."""
    return {"survivors of each column": kata.MyDropout(p).to(device)(rows(given)).amax(0)}


def check_default(kata, given):
    """Without an argument p is 0.5."""
    return {"survivors of each column": kata.MyDropout()(rows(given)).amax(0)}


def check_input(kata, given):
    """x is left as it was, and read right where it is transposed."""
    stored = rows(given)
    before = stored.clone()
    survivors = kata.MyDropout(0.3)(stored.t()).amax(1)
    return {"x left as it was": torch.equal(stored, before), "survivors of each row": survivors}


@pytest.mark.parametrize("p", [0.2, 0.7])
def check_gradient(kata, given, p):
    """The gradient is zero where the result is, and divided by 1 - p elsewhere."""
    x, factor = rows(given).requires_grad_(), given.uniform(60, low=1.0, high=3.0)
    result = kata.MyDropout(p)(x)
    (result * factor).sum().backward()
    return {
        "x.grad of the survivors of each column": x.grad.amax(0),
        "x.grad is zero where the result is, and only there": torch.equal(x.grad == 0, result == 0),
    }


def check_eval(kata, given):
    """eval() of the model around it returns x bit for bit, and train() drops again."""
    model, x = nn.Sequential(nn.Identity(), kata.MyDropout(0.3)), rows(given)
    result = model.eval()(x)
    return {
        "the result is x": torch.equal(result, x),
        "largest of each column": result.amax(0),
        "share of zeros": share(result == 0),
        "share of zeros after train()": share(model.train()(x) == 0),
    }


@requirement(check_eval, "share of zeros", within=0.05)
def none_at_all(value):
    return None if value == 0 else "0.0"


@requirement(check_eval, "share of zeros after train()", within=0.05)
def about_a_third(value):
    return None if abs(value - 0.3) < 0.1 else "about 0.3"


@pytest.mark.parametrize("p", [0.0, 1.0])
def check_extremes(kata, given, p):
    """p = 0 changes nothing, p = 1 gives zeros; both have a finite gradient."""
    x, factor = given.normal(4, 5, requires_grad=True), given.normal(4, 5)
    result = kata.MyDropout(p)(x)
    # Zeros that know nothing of x are an answer as well: the second term gives x a gradient then.
    ((result * factor).sum() + (x * 0).sum()).backward()
    return {"result": result.detach(), "x.grad": x.grad}


def check_no_grad(kata, given):
    """The mode decides, and not whether gradients are enabled."""
    dropout, x = kata.MyDropout(0.5), rows(given)
    with torch.no_grad():
        return {"elements dropped in train mode": bool((dropout(x) == 0).any())} | {
            "elements dropped in eval mode": bool((dropout.eval()(x) == 0).any())
        }


def check_fresh_mask(kata, given):
    """Every call draws a new mask."""
    dropout, x = kata.MyDropout(), rows(given)
    return {"two calls drop the same elements": torch.equal(dropout(x) == 0, dropout(x) == 0)}


def check_seed(kata, given):
    """The same torch seed gives the same mask."""
    dropout, x = kata.MyDropout(), rows(given)
    torch.manual_seed(3)
    first = dropout(x)
    torch.manual_seed(3)
    return {"the same result after the same seed": torch.equal(first, dropout(x))}


def check_small_calls(kata, given):
    """How many elements of a call are dropped is left to chance."""
    dropout, x = kata.MyDropout(0.5), given.uniform(2, low=1.0, high=3.0)
    dropped = [int((dropout(x) == 0).sum()) for _ in range(600)]
    return {"share of calls that drop one of two elements": dropped.count(1) / len(dropped)}


@requirement(check_small_calls, "share of calls that drop one of two elements", within=0.15)
def about_half(value):
    return None if abs(value - 0.5) < 0.12 else "about 0.5, since two of four cases drop one"


@pytest.mark.dtypes("float64", "float16", "bfloat16")
def check_dtype(kata, given, dtype):
    """The result has the dtype of x."""
    x, factor = rows(given).requires_grad_(), given.uniform(60, low=1.0, high=3.0)
    result = kata.MyDropout(0.3)(x)
    (result * factor).sum().backward()
    return {"survivors of each column": result.amax(0), "x.grad of the survivors": x.grad.amax(0)}


def check_sizes(kata, given):
    """Empty tensors and single numbers keep their shape."""
    dropout = kata.MyDropout(0.3)
    return {
        "result for shape (0,)": dropout(given.normal(0)),
        "result for shape (3, 0, 2)": dropout(given.normal(3, 0, 2)),
        "shape of the result for shape ()": list(dropout(given.normal()).shape),
    }


def check_nothing_to_save(kata, given):
    """The module has no parameters and adds nothing to the state dict."""
    dropout = kata.MyDropout()
    dropout(given.normal(3, 4))
    return {
        "parameters": [name for name, _ in dropout.named_parameters()],
        "keys of the state dict": list(dropout.state_dict()),
    }


def check_bad_p(kata):
    """p outside [0, 1] raises ValueError in the constructor."""
    return {f"p={p}": raises(ValueError, lambda p=p: kata.MyDropout(p)) for p in (-0.1, 1.5, 0, 1)}
