import torch

from pytest_torchkata.checks import wrong

from . import reference


def recorded(f, x):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return x, f(x)


def stacked(out, x, rows):
    return torch.stack(rows).reshape(*out.shape, *x.shape)


@wrong("check_square_matrix")
class FromTheRight:
    """This multiplies the Jacobian by v from the right, which is what forward mode computes. Reverse
    mode multiplies from the left: v has a weight for every output, not a direction for the input.
    """

    def vjp(f, x, v):
        return reference.jacobian(f, x).reshape(-1, x.numel()) @ v.reshape(-1)


@wrong("check_square_matrix")
class WeightsOfOne:
    """v is not used, or every output gets the weight one. That is the gradient of the sum of the
    outputs.
    """

    def vjp(f, x, v):
        return reference.vjp(f, x, torch.ones_like(v))


@wrong("check_square_matrix")
class InputIndicesFirst:
    """The Jacobian is transposed: the derivatives are laid out with the indices of x first. Each row
    belongs to one output.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        full = reference.jacobian(f, x).reshape(out.numel(), -1)
        return full.t().reshape(*x.shape, *out.shape)


@wrong("check_square_matrix")
class OnlyTheOtherShape:
    """The entries are in the order of the transposed Jacobian, under the shape of the right one. A
    reshape does not transpose.
    """

    def jacobian(f, x):
        full = reference.jacobian(f, x)
        return full.reshape(-1, x.numel()).t().reshape(full.shape)


@wrong("check_square_matrix")
class ColumnSums:
    """There is one backward for the sum of all outputs. It gives the column sums of the Jacobian; every
    output needs a backward of its own.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        (grad,) = torch.autograd.grad(out.sum(), x)
        return grad.expand(*out.shape, *x.shape).clone()


@wrong("check_square_matrix")
class GradientsAddUp:
    """backward is called for one row after the other, and .grad is not cleared in between. backward adds
    to it, so each row contains all the rows before it.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        rows = []
        for element in out.reshape(-1):
            element.backward(retain_graph=True)
            rows.append(x.grad.clone())
        return stacked(out, x, rows)


@wrong("check_square_matrix")
class SameTensorInEveryRow:
    """Every row of the list is x.grad itself, which goes on being changed in place. In the end all rows
    are one and the same tensor.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        rows = []
        for element in out.reshape(-1):
            if x.grad is not None:
                x.grad.zero_()
            element.backward(retain_graph=True)
            rows.append(x.grad)
        return stacked(out, x, rows)


@wrong("check_jacobian", shows="exception")
class NoRetain:
    """The graph is walked once for every row, but the first walk frees what was saved. The second one
    raises, wherever something was saved.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        rows = [torch.autograd.grad(element, x)[0] for element in out.reshape(-1)]
        return stacked(out, x, rows)


@wrong("check_jacobian")
class FlatRows:
    """The output's dimensions are flattened into one. The result has the shape of f(x), followed by the
    shape of x.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        return reference.jacobian(f, x).reshape(out.numel(), x.numel())


@wrong("check_jacobian", shows="exception")
class LoopsOverTheFirstDimension:
    """The loop goes over the first dimension of f(x), and takes each part for one number. An output may
    have several dimensions, or none.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        rows = [torch.autograd.grad(part, x, retain_graph=True)[0] for part in out]
        return torch.stack(rows)


@wrong("check_zero_dimensional", shows="exception")
class ConcatenatesRows:
    """The rows are joined with cat, which needs a dimension to join along. Where x has none, there is
    nothing to join: stack makes a new one.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        rows = [reference.vjp(f, x, v.reshape(out.shape)) for v in torch.eye(out.numel()).to(out)]
        return torch.cat(rows).reshape(*out.shape, *x.shape)


@wrong("check_square_matrix")
class FiniteDifferences:
    """The derivatives are differences of function values. In float32 few digits of a small difference
    are right, and each element of x costs two calls of f; autograd is exact.
    """

    def jacobian(f, x):
        step, columns = 1e-3, []
        for i in range(x.numel()):
            e = torch.zeros(x.numel(), dtype=x.dtype, device=x.device)
            e[i] = step
            e = e.reshape(x.shape)
            with torch.no_grad():
                columns.append((f(x + e) - f(x - e)) / (2 * step))
        return torch.stack(columns, -1).reshape(*columns[0].shape, *x.shape)


@wrong("check_independent_outputs", shows="exception")
class RaisesWithoutAGraph:
    """If f returns a constant, there is no graph and nothing to differentiate: torch raises. The
    derivative is zero, and that has to be said.
    """

    def vjp(f, x, v):
        x, out = recorded(f, x)
        return torch.autograd.grad(out, x, v, materialize_grads=True)[0]

    def jacobian(f, x):
        x, out = recorded(f, x)
        rows = torch.eye(out.numel()).to(out).reshape(-1, *out.shape)
        grads = [torch.autograd.grad(out, x, v, retain_graph=True, materialize_grads=True)[0] for v in rows]
        return stacked(out, x, grads)


@wrong("check_independent_outputs", shows="exception")
class RaisesForUnreached:
    """The output requires a gradient, but not because of x: no way leads there. torch.autograd.grad takes
    an input that it does not reach for a mistake, unless it is told otherwise.
    """

    def vjp(f, x, v):
        x, out = recorded(f, x)
        return torch.autograd.grad(out, x, v)[0] if out.requires_grad else torch.zeros_like(x)

    def jacobian(f, x):
        x, out = recorded(f, x)
        if not out.requires_grad:
            return torch.zeros(*out.shape, *x.shape).to(x)
        rows = torch.eye(out.numel()).to(out).reshape(-1, *out.shape)
        return stacked(out, x, [torch.autograd.grad(out, x, v, retain_graph=True)[0] for v in rows])


@wrong("check_independent_outputs")
class NoneForUnreached:
    """An input that is not reached gets None. The derivative is a tensor of zeros."""

    def vjp(f, x, v):
        x, out = recorded(f, x)
        if not out.requires_grad:
            return None
        return torch.autograd.grad(out, x, v, allow_unused=True)[0]


@wrong("check_x_left_alone")
class BackwardOnTheCallersX:
    """backward is called on the caller's own tensor. Its gradient is added to the .grad that the caller
    had collected there.
    """

    def vjp(f, x, v):
        if not x.requires_grad or not x.is_leaf:
            return reference.vjp(f, x, v)
        with torch.enable_grad():
            out = f(x)
        before = torch.zeros_like(x) if x.grad is None else x.grad.clone()
        if out.requires_grad:
            out.backward(v)
        return torch.zeros_like(x) if x.grad is None else x.grad - before


@wrong("check_x_left_alone")
class ClearsTheCallersGrad:
    """The caller's .grad is cleared before or after use. It was left there for somebody."""

    def jacobian(f, x):
        result = reference.jacobian(f, x)
        if x.is_leaf:
            x.grad = None
        return result


@wrong("check_x_left_alone")
class KeepsTheGraph:
    """The result is made with create_graph, or depends on the caller's x in another way. It carries a
    graph, and keeps everything in it alive.
    """

    def vjp(f, x, v):
        with torch.enable_grad():
            x = x if x.requires_grad else x.detach().requires_grad_()
            out = f(x)
            if not out.requires_grad:
                return torch.zeros_like(x).detach()
            return torch.autograd.grad(out, x, v, create_graph=True, materialize_grads=True)[0]


@wrong("check_parameters")
class GraphThroughTheParameters:
    """The result is made with create_graph. Its graph leads to the parameters that f uses, and keeps
    everything in between alive.
    """

    def jacobian(f, x):
        x, out = recorded(f, x)
        if not out.requires_grad:
            return torch.zeros(*out.shape, *x.shape).to(x)
        rows = torch.eye(out.numel()).to(out).reshape(-1, *out.shape)
        with torch.enable_grad():
            grads = [
                torch.autograd.grad(out, x, v, create_graph=True, materialize_grads=True)[0] for v in rows
            ]
            return stacked(out, x, grads)


@wrong("check_plain_x")
class SwitchesTheFlagOn:
    """requires_grad is switched on for the caller's own tensor, and stays on. Work on a detached one."""

    def vjp(f, x, v):
        x.requires_grad_()
        return reference.vjp(f, x, v)

    def jacobian(f, x):
        x.requires_grad_()
        return reference.jacobian(f, x)


@wrong("check_x_left_alone", shows="exception")
class SwitchesTheFlagOff:
    """requires_grad of the caller's tensor is switched off in the end. Where it was on before, that is a
    change, and for a tensor with a history it is refused.
    """

    def vjp(f, x, v):
        result = reference.vjp(f, x, v)
        x.requires_grad_(False)
        return result

    def jacobian(f, x):
        result = reference.jacobian(f, x)
        x.requires_grad_(False)
        return result


@wrong("check_parameters")
class FillsDotGrad:
    """backward is called without saying for which tensors. It walks to every leaf, and leaves gradients
    on the parameters that f uses.
    """

    def vjp(f, x, v):
        x, out = recorded(f, x)
        if out.requires_grad:
            out.backward(v)
        return torch.zeros_like(x) if x.grad is None else x.grad

    def jacobian(f, x):
        x, out = recorded(f, x)
        rows = []
        for v in torch.eye(out.numel()).to(out):
            x.grad = None
            if out.requires_grad:
                out.backward(v.reshape(out.shape), retain_graph=True)
            rows.append(torch.zeros_like(x) if x.grad is None else x.grad)
        return stacked(out, x, rows).detach()


@wrong("check_inside_no_grad")
class ZerosInsideNoGrad:
    """f is called in the caller's mode. Inside no_grad nothing is recorded, so the output looks like a
    constant, and the derivative comes out as zero.
    """

    def vjp(f, x, v):
        x = x.detach().requires_grad_()
        return reference._pull_back(x, f(x), v)

    def jacobian(f, x):
        x = x.detach().requires_grad_()
        out = f(x)
        rows = torch.eye(out.numel()).to(out).reshape(-1, *out.shape)
        return stacked(out, x, [reference._pull_back(x, out, v) for v in rows])


@wrong("check_inside_no_grad")
class LeavesTheRecordingOn:
    """The recording is switched on and stays on after the call. The caller's no_grad block records from
    then on.
    """

    def vjp(f, x, v):
        torch.set_grad_enabled(True)
        return reference.vjp(f, x, v)

    def jacobian(f, x):
        torch.set_grad_enabled(True)
        return reference.jacobian(f, x)


def recorded_until_the_end(f, x, pull):
    was = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    x = x.detach().requires_grad_()
    out = f(x)
    if not out.requires_grad:
        return torch.zeros(*out.shape, *x.shape) if pull is None else torch.zeros_like(x)
    result = reference.jacobian(f, x) if pull is None else reference.vjp(f, x, pull)
    torch.set_grad_enabled(was)
    return result


@wrong("check_constant_inside_no_grad")
class ReturnsWithTheRecordingOn:
    """The recording is switched on by hand and back at the end, and one way out, that of a constant f,
    does not come past the end. A with block is left on every way.
    """

    def vjp(f, x, v):
        return recorded_until_the_end(f, x, v)

    def jacobian(f, x):
        return recorded_until_the_end(f, x, None)


@wrong("check_square_matrix", shows="rule")
class LibraryJacobian:
    """The library has this function. The exercise is to write it on top of autograd.grad."""

    def jacobian(f, x):
        return torch.autograd.functional.jacobian(f, x)


@wrong("check_square_matrix", shows="rule")
class FuncJacobian:
    """torch.func has this function. The exercise is to write it on top of autograd.grad."""

    def jacobian(f, x):
        return torch.func.jacrev(f)(x)
