import warnings

import pytest

from pytest_torchkata.checks import F, peak_bytes, raises, requirement, saved_bytes, torch

IGNORED = -100


def inputs(given, n=11, d=5, v=7, wanted=("hidden", "weight")):
    hidden = given.normal(n, d, requires_grad="hidden" in wanted)
    weight = given.normal(v, d, requires_grad="weight" in wanted)
    return hidden, weight, given.integers(0, v, (n,))


def observe(given, loss, hidden, weight):
    if loss.requires_grad:
        given.backward(loss)
    return {"loss": loss, "hidden.grad": hidden.grad, "weight.grad": weight.grad}


@pytest.mark.parametrize("chunk_size", [1, 4, 11, 50])
def check_values(kata, given, chunk_size, device, dtype):
    """The loss and both gradients, whether or not chunk_size divides the number of rows."""
    hidden, weight, targets = inputs(given)
    loss = kata.linear_cross_entropy(hidden, weight, targets, chunk_size)
    return observe(given, loss, hidden, weight)


@pytest.mark.parametrize("index", [IGNORED, 2])
def check_ignored(kata, given, index, device):
    """Ignored targets do not count, however they are spread over the chunks."""
    hidden, weight, targets = inputs(given)
    targets[targets == index] = 0
    targets[[0, 1, 2, 3, 5, 10]] = index  # all of the first chunk, and some of the others
    loss = kata.linear_cross_entropy(hidden, weight, targets, 4, index)
    return observe(given, loss, hidden, weight)


def check_all_ignored(kata, given, device):
    """If no target counts, the loss is NaN."""
    hidden, weight, targets = inputs(given)
    return {"loss": kata.linear_cross_entropy(hidden, weight, targets * 0 + IGNORED, 4)}


@pytest.mark.parametrize("wanted", [("hidden",), ("weight",), ()])
def check_who_wants_gradients(kata, given, wanted, device):
    """Only one of the two requires a gradient, or neither."""
    hidden, weight, targets = inputs(given, wanted=wanted)
    loss = kata.linear_cross_entropy(hidden, weight, targets, 3)
    return observe(given, loss, hidden, weight)


def check_layout(kata, given, device):
    """hidden and weight that are transposed views are read right; no input is changed."""
    hidden, weight, targets = given.normal(5, 11), given.normal(5, 7), given.integers(0, 7, (11,))
    before = [tensor.clone() for tensor in (hidden, weight, targets)]
    loss = kata.linear_cross_entropy(hidden.t(), weight.t(), targets, 4)
    unchanged = all(map(torch.equal, before, (hidden, weight, targets)))
    return {"loss": loss, "inputs left as they were": unchanged}


def check_large_logits(kata, given, device):
    """Logits in the thousands give a finite loss and finite gradients."""
    hidden, weight, targets = inputs(given)
    with torch.no_grad():  # whole numbers with a clear winner: rounding would decide between close ones
        hidden.copy_(1000 * given.integers(-1, 2, hidden.shape))
        weight.copy_(given.integers(-1, 2, weight.shape))
        hidden[:, 0], weight[:, 0] = 1000, 10 * given.permutation(len(weight))
    loss = kata.linear_cross_entropy(hidden, weight, targets, 4)
    return observe(given, loss, hidden, weight)


def step(kata, hidden, weight, targets, chunk_size):
    kata.linear_cross_entropy(hidden, weight, targets, chunk_size).backward()


def check_rows(kata, given, device):
    """No more than chunk_size rows of logits are computed at a time, in the forward and the backward."""
    from torch.utils._python_dispatch import TorchDispatchMode

    n, d, v, chunk_size = 60, 3, 37, 8
    most = {"now": 0}

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            for leaf in torch.utils._pytree.tree_leaves(result):
                if isinstance(leaf, torch.Tensor) and v in leaf.shape and d not in leaf.shape:
                    most["now"] = max(most["now"], leaf.numel() // v)
            return result

    hidden, weight, targets = inputs(given, n, d, v)
    with Watch():
        loss = kata.linear_cross_entropy(hidden, weight, targets, chunk_size)
        forward, most["now"] = most["now"], 0
        loss.backward()
    return {"rows of logits at a time, forward": forward, "rows of logits, backward": most["now"]}


@requirement(check_rows, "rows of logits at a time, forward")
def in_chunks(rows):
    return None if 1 <= rows <= 8 else "1 to 8, the chunk_size"


@requirement(check_rows, "rows of logits, backward")
def in_chunks_again(rows):
    return None if rows <= 8 else "at most 8, the chunk_size"


def allowed(hidden, weight, chunk_size):
    """Return the bytes that forward and backward may take beside the inputs."""
    numbers = 4 * chunk_size * len(weight) + 3 * (weight.numel() + hidden.numel())
    return numbers * hidden.element_size()


def check_peak(kata, given, device):
    """The most memory in use during forward and backward is that of a chunk, and of the gradients."""
    hidden, weight, targets = inputs(given, 512, 4, 100)
    most = allowed(hidden, weight, 16)
    kept = saved_bytes(lambda: kata.linear_cross_entropy(hidden, weight, targets, 16))
    peak = peak_bytes(lambda: step(kata, hidden, weight, targets, 16))
    return {
        "kept for the backward, relative to what is allowed": kept / most,
        "peak, relative to what is allowed": peak / most,
    }


@requirement(check_peak, "kept for the backward, relative to what is allowed", within=0.2)
def little(ratio):
    return None if ratio <= 1 else "at most 1"


@requirement(check_peak, "peak, relative to what is allowed", within=0.2)
def low(ratio):
    return None if 0 < ratio <= 1.02 else "at most 1"  # some scalars and indices go unnoticed


@pytest.mark.needs_cuda
def check_allocator(kata, given, device):
    """The same by the allocator of CUDA, with a vocabulary of 32 000."""
    n, v = 1024, 32000
    hidden, weight, targets = inputs(given, n, 32, v)
    step(kata, hidden[:2].detach(), weight, targets[:2], 1)  # what the libraries take for themselves
    weight.grad = None
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    step(kata, hidden, weight, targets, 32)
    peak = torch.cuda.max_memory_allocated() - before
    return {"peak, relative to all of the logits": peak / (n * v * hidden.element_size())}


@requirement(check_allocator, "peak, relative to all of the logits", within=0.1)
def far_below(ratio):
    return None if 0 < ratio <= 0.5 else "at most 0.5"


@pytest.mark.parametrize("changed", ["hidden", "weight"])
def check_in_place_edit(kata, given, changed, device):
    """An input that is changed after the forward never leads to wrong gradients: the backward raises."""
    hidden, weight, targets = inputs(given)
    plain = F.cross_entropy(hidden @ weight.T, targets)
    expected = torch.autograd.grad(plain, [hidden, weight])
    tensors = {"hidden": hidden * 1, "weight": weight * 1}
    loss = kata.linear_cross_entropy(tensors["hidden"], tensors["weight"], targets, 4)
    with torch.no_grad():
        tensors[changed].mul_(-2)
    outcome = raises(RuntimeError, loss.backward)
    if outcome == "does not raise":
        pairs = zip((hidden.grad, weight.grad), expected, strict=True)
        right = all(a is not None and torch.allclose(a, b, rtol=1e-3, atol=1e-4) for a, b in pairs)
        outcome = "gradients that are right" if right else "wrong gradients"
    if outcome == "gradients that are right":  # which is as good
        outcome = "raises RuntimeError"
    return {f"backward after {changed} was changed in place": outcome}


def check_grad(kata, given, device):
    """torch.autograd.grad works as backward does, and no warning is given."""
    hidden, weight, targets = inputs(given)
    grads = []
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        loss = kata.linear_cross_entropy(hidden, weight, targets, 4)
        outcome = raises(RuntimeError, lambda: grads.extend(torch.autograd.grad(loss, [hidden, weight])))
    return {
        "torch.autograd.grad": outcome,
        "gradients": grads,
        "warnings of checkpoint": sum("reentrant" in str(one.message) for one in seen),
    }
