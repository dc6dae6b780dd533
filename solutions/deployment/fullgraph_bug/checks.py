import pytest

from pytest_torchkata.checks import torch


def observe(out, given, **leaves):
    if out.requires_grad:
        given.backward(out)
    return {"out": out.detach(), **{f"{name}.grad": leaf.grad for name, leaf in leaves.items()}}


@pytest.mark.parametrize("threshold", [0.2, -100.0])
def check_score(kata, given, threshold, dtype, device):
    """The scores, and their gradients, through the divisor as well."""
    weight = given.normal(4)
    x = given.normal(6, 4)
    x[2] = -4 * weight  # the largest score is a negative one
    x, weight = x.requires_grad_(), weight.requires_grad_()
    return observe(kata.score(x, weight, threshold), given, x=x, weight=weight)


def check_score_sizes(kata, given):
    """One row, and no score above the threshold."""
    x, weight = given.normal(1, 4, requires_grad=True), given.normal(4, requires_grad=True)
    many, other = given.normal(5, 4, requires_grad=True), given.normal(4, requires_grad=True)
    one = observe(kata.score(x, weight, -100.0), given, x=x, weight=weight)
    none = observe(kata.score(many, other, 100.0), given, x=many, weight=other)
    return {
        **{f"{name}, one row": value for name, value in one.items()},
        **{f"{name}, none above": value for name, value in none.items()},
    }


def check_score_limits(kata, given):
    """A score that is exactly the threshold is not above it, and tiny scores are no zeros."""
    x = given.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 2.0]])
    return {
        "out, one exactly at the threshold": kata.score(x, given.tensor([0.5, 1.5]), 0.5),
        "out for tiny scores": kata.score(x, given.tensor([3e-20, -1e-20]), -1.0),
    }


@pytest.mark.parametrize("mode", ["train", "eval"])
def check_scale(kata, given, mode, dtype, device):
    """The output, the gradient of x, and the buffer, which moves in train mode only."""
    module = kata.RunningScale(3, momentum=0.3).to(device=device, dtype=dtype).train(mode == "train")
    x = given.normal(5, 3, std=4.0, mean=1.0, requires_grad=True)
    observed = observe(module(x), given, x=x)
    return {**observed, "running_scale": module.running_scale}


def check_scale_again(kata, given):
    """The buffer goes on from where it was, and stays there in eval mode."""
    module = kata.RunningScale(3, momentum=0.3)
    outs = [module(given.normal(n, 3, std=4.0)) for n in (5, 2)]
    outs.append(module.eval()(given.normal(4, 3)))
    return {"out for each batch": outs, "running_scale": module.running_scale}


def check_scale_default(kata, given):
    """momentum is 0.1 unless told otherwise."""
    module = kata.RunningScale(2)
    return {"out": module(given.normal(4, 2)), "running_scale": module.running_scale.clone()}


def check_state(kata):
    """running_scale is a buffer, and there is nothing else."""
    module = kata.RunningScale(3)
    return {
        "state dict": dict(module.state_dict()),
        "parameters": [name for name, _ in module.named_parameters()],
    }


def compiled(call):
    """Do something with the compiler; say whether it refused."""
    torch.compiler.reset()
    try:
        return {"compiled": "as one graph", **call()}
    except NotImplementedError:
        raise
    except Exception as error:
        return {"compiled": f"refused with {type(error).__name__}"}
    finally:
        torch.compiler.reset()


def whole(function):
    return torch.compile(function, backend="eager", fullgraph=True)


def check_compiled_score(kata, given):
    """score is captured as one graph, for several batch sizes and thresholds."""
    cases = {(n, t): given.normal(n, 4) for n, t in [(6, 0.2), (3, 0.2), (1, -9.0)]}
    weight = given.normal(4, requires_grad=True)

    def call():
        score = whole(kata.score)
        return {f"out, N={n}, threshold={t}": score(x, weight, t).detach() for (n, t), x in cases.items()}

    return compiled(call)


def check_compiled_scale(kata, given):
    """RunningScale is captured as one graph, for several batch sizes, and its buffer moves as in eager."""
    module = kata.RunningScale(3, 0.3)
    xs = [given.normal(n, 3, std=4.0) for n in (5, 2)]

    def call():
        scale = whole(module)
        return {"out for each batch": [scale(x) for x in xs], "running_scale": module.running_scale.clone()}

    return compiled(call)
