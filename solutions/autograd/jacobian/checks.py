import pytest

from pytest_torchkata.checks import nn, torch

FUNCTIONS = ("matrix", "vector", "scalar")


def functions(given, name):
    """Return a function, an x, and a shape for v."""
    weight = given.normal(2, 3, 4)
    if name == "matrix":  # (4,) to (2, 3)
        return lambda x: torch.tanh(weight @ x) * x[0], given.normal(4), (2, 3)
    if name == "vector":  # (2, 3) to (4,)
        return lambda x: torch.einsum("ij,ijk->k", x.exp(), weight), given.normal(2, 3), (4,)
    return lambda x: (x**3).sum() * x[0, 1], given.normal(2, 3), ()


@pytest.mark.parametrize("call", ["vjp", "jacobian"])
def check_square_matrix(kata, given, device, dtype, call):
    """For a linear map the Jacobian is its matrix, and v comes from the left."""
    weight, x, v = given.normal(4, 4), given.normal(4), given.normal(4)
    if call == "vjp":
        return {"vjp": kata.vjp(lambda x: weight @ x, x, v)}
    return {"jacobian": kata.jacobian(lambda x: weight @ x, x)}


@pytest.mark.parametrize("function", FUNCTIONS)
def check_vjp(kata, given, device, dtype, function):
    """vjp for outputs of several dimensions, vectors and scalars."""
    f, x, size = functions(given, function)
    return {"vjp": kata.vjp(f, x, given.normal(*size))}


@pytest.mark.parametrize("function", FUNCTIONS)
def check_jacobian(kata, given, device, dtype, function):
    """jacobian for outputs of several dimensions, vectors and scalars: output indices first."""
    f, x, _ = functions(given, function)
    return {"jacobian": kata.jacobian(f, x)}


def check_zero_dimensional(kata, given):
    """x may be zero-dimensional."""
    x, weight = given.normal(), given.normal(3)
    return {
        "vjp": kata.vjp(lambda x: x**2 * weight, x, given.normal(3)),
        "jacobian": kata.jacobian(lambda x: x**2 * weight, x),
    }


def check_identity(kata, given):
    """f may return x itself, or a view of it; x may be a transposed view."""
    x = given.normal(3, 2)
    return {
        "jacobian of the identity": kata.jacobian(lambda x: x, x),
        "vjp of a view": kata.vjp(lambda x: x.flatten()[1:4], x.t(), given.normal(3)),
        "jacobian of a view": kata.jacobian(lambda x: x.reshape(-1)[1:4], x.t()),
    }


def check_independent_outputs(kata, given):
    """Outputs that do not depend on x have derivative zero."""
    x, constant, parameter = given.normal(3), given.normal(2), given.normal(2, requires_grad=True)
    v = given.normal(2)

    def partly(x):
        return torch.stack([x[0] * x[1], constant[0]])

    fs = {"a constant": lambda x: constant, "a parameter": lambda x: parameter * 2, "a part": partly}
    seen = {f"jacobian where f returns {name}": kata.jacobian(f, x) for name, f in fs.items()}
    return seen | {f"vjp where f returns {name}": kata.vjp(f, x, v) for name, f in fs.items()}


@pytest.mark.parametrize("call", ["vjp", "jacobian"])
@pytest.mark.parametrize("leaf", [True, False])
def check_x_left_alone(kata, given, call, leaf):
    """x keeps its values, its flag and its .grad, and gets nothing from this."""
    start = given.normal(3, requires_grad=True)
    start.grad = given.normal(3)
    x = start if leaf else start * 2
    result = kata.vjp(lambda x: x**2, x, given.normal(3)) if call == "vjp" else kata.jacobian(torch.exp, x)
    return {
        "result": result.detach(),
        "result requires a gradient": result.requires_grad,
        "x afterwards": x.detach(),
        ".grad of what the caller differentiates": start.grad,
        "x requires a gradient": x.requires_grad,
    }


@pytest.mark.parametrize("call", ["vjp", "jacobian"])
def check_plain_x(kata, given, call):
    """An x without gradient stays one without gradient."""
    x = given.normal(3)
    result = kata.vjp(torch.exp, x, given.normal(3)) if call == "vjp" else kata.jacobian(torch.exp, x)
    return {"result": result, "x requires a gradient": x.requires_grad, "x.grad": x.grad}


@pytest.mark.parametrize("call", ["vjp", "jacobian"])
def check_parameters(kata, given, call):
    """Parameters that f uses get no .grad, and the result carries no graph."""
    model = given.fill(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)))
    x = given.normal(3)
    result = kata.vjp(model, x, given.normal(2)) if call == "vjp" else kata.jacobian(model, x)
    return {
        "result": result.detach(),
        "result requires a gradient": result.requires_grad,
        "parameters with a .grad": [name for name, p in model.named_parameters() if p.grad is not None],
    }


@pytest.mark.parametrize("call", ["vjp", "jacobian"])
def check_inside_no_grad(kata, given, call):
    """Called inside no_grad, both give the same, and the mode is as before."""
    x = given.normal(3, requires_grad=True)
    v = given.normal(3)
    with torch.no_grad():
        result = kata.vjp(torch.exp, x, v) if call == "vjp" else kata.jacobian(torch.exp, x)
        mode = torch.is_grad_enabled()
    return {"result": result, "recording, inside no_grad": mode, "outside": torch.is_grad_enabled()}


@pytest.mark.parametrize("call", ["vjp", "jacobian"])
def check_constant_inside_no_grad(kata, given, call):
    """The mode is as before also where f ignores x."""
    x, constant = given.normal(3), given.normal(3)
    with torch.no_grad():
        if call == "vjp":
            result = kata.vjp(lambda x: constant, x, given.normal(3))
        else:
            result = kata.jacobian(lambda x: constant, x)
        mode = torch.is_grad_enabled()
    return {"result": result, "recording, inside no_grad": mode}
