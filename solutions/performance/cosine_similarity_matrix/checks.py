import pytest

from pytest_torchkata.checks import best_time, operations, peak_bytes, requirement, torch


def naive(a, b, eps=1e-8):
    out = a.new_zeros(len(a), len(b))
    for i in range(len(a)):
        for j in range(len(b)):
            norms = a[i].norm().clamp(min=eps) * b[j].norm().clamp(min=eps)
            out[i, j] = (a[i] @ b[j]) / norms
    return out


def observe(kata, given, a, b, **eps):
    out = kata.cosine_similarity_matrix(a, b, **eps)
    given.backward(out)
    return {"similarity": out, "a.grad": a.grad, "b.grad": b.grad}


def check_values(kata, given, dtype, device):
    """The similarities of every row of a to every row of b, and their gradients."""
    a = given.normal(5, 7, requires_grad=True)
    return observe(kata, given, a, given.normal(3, 7, requires_grad=True))


@pytest.mark.parametrize(("n", "m"), [(1, 4), (4, 1), (0, 3), (3, 0)])
def check_sizes(kata, given, n, m):
    """No rows, and one row."""
    a = given.normal(n, 5, requires_grad=True)
    return observe(kata, given, a, given.normal(m, 5, requires_grad=True))


@pytest.mark.parametrize("eps", [0.5, 3.0])
def check_eps(kata, given, eps):
    """eps bounds each norm from below and changes nothing else."""
    a = given.normal(4, 3, requires_grad=True)
    return observe(kata, given, a, given.normal(5, 3, requires_grad=True), eps=eps)


def check_zero_rows(kata, given):
    """A row of zeros gives zeros, with finite gradients."""
    a, b = given.normal(4, 3), given.normal(5, 3)
    a[1], b[2], b[4] = 0, 0, 0
    return observe(kata, given, a.requires_grad_(), b.requires_grad_())


@pytest.mark.parametrize("scale", [1e-12, 1e-4, 1e15])
def check_scale(kata, given, scale):
    """Rows with very small and very large entries."""
    a, b = given.normal(4, 6), given.normal(3, 6)
    return {"similarity": kata.cosine_similarity_matrix(a * scale, b * scale)}


def check_inputs(kata, given):
    """Non-contiguous inputs are read right, and inputs stay as they were."""
    a, b = given.normal(7, 4), given.normal(3, 14)
    before = a.clone(), b.clone()
    out = kata.cosine_similarity_matrix(a.t(), b[:, ::2])
    same = torch.equal(a, before[0]) and torch.equal(b, before[1])
    return {"similarity": out, "inputs left as they were": same}


def check_no_loop(kata, given):
    """The number of operations does not grow with the number of rows."""

    def count(n, m):
        a, b = given.normal(n, 4), given.normal(m, 4)
        return len(operations(lambda: kata.cosine_similarity_matrix(a, b)))

    return {"operations for 18 x 15 rows, relative to 6 x 5": count(18, 15) / count(6, 5)}


@requirement(check_no_loop, "operations for 18 x 15 rows, relative to 6 x 5", within=0.2)
def constant(ratio):
    return None if ratio <= 1 else "as many for more rows"


def check_memory(kata, given):
    """No tensor of N * M * D elements is built."""
    n, m, d = 40, 30, 64
    a, b = given.normal(n, d), given.normal(m, d)
    peak = peak_bytes(lambda: kata.cosine_similarity_matrix(a, b))
    return {"peak memory, in tensors of N * M * D": peak / (n * m * d * a.element_size())}


@requirement(check_memory, "peak memory, in tensors of N * M * D", within=0.1)
def small(share):
    return None if 0 < share < 0.5 else "less than 0.5"


def check_speed(kata, given):
    """At least twenty times faster than the double loop, for N = M = 200."""
    a, b = given.normal(200, 16), given.normal(200, 16)
    share = 25  # the loop's time for 1/64 of the pairs is enough
    loop = best_time(lambda: naive(a[:share], b[:share]), repeat=2) * (200 / share) ** 2
    yours = best_time(lambda: kata.cosine_similarity_matrix(a, b), repeat=5)
    return {"times faster than the loop": loop / yours}


@requirement(check_speed, "times faster than the loop")
def fast(ratio):
    return None if ratio >= 20 else "at least 20"
