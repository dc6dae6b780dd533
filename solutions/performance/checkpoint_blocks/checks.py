import warnings

import pytest

from pytest_torchkata.checks import nn, peak_bytes, requirement, saved_bytes, torch


def block(width=5, hidden=11, dropout=0.3):
    """Return a block with a wide hidden layer."""
    return nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Dropout(dropout), nn.Linear(hidden, width))


def stack_of(kata, given, blocks):
    return given.fill(kata.CheckpointedStack(blocks))


def run(kata, given, x, *, dropout=0.3, train=True):
    """Send x through a stack and a gradient back."""
    stack = stack_of(kata, given, [block(dropout=dropout) for _ in range(3)]).train(train)
    out = stack(x)
    if out.requires_grad:
        given.backward(out)
    return {"out": out, "x.grad": x.grad} | {f"{n}.grad": p.grad for n, p in stack.named_parameters()}


@pytest.mark.parametrize("mode", ["train", "eval"])
def check_values(kata, given, mode, dtype, device):
    """The output and all gradients, without dropout."""
    x = given.normal(4, 5, requires_grad=True)
    return run(kata, given, x, dropout=0.0, train=mode == "train")


def check_no_blocks(kata, given):
    """A stack of no blocks returns x."""
    return {"out": kata.CheckpointedStack([])(given.normal(3, 2))}


def check_input_without_gradient(kata, given, device):
    """The parameters get their gradients also when x does not require one."""
    return run(kata, given, given.normal(4, 5), dropout=0.0)


def check_dropout(kata, given, device):
    """With dropout a block that is run again has the same masks."""
    return run(kata, given, given.normal(4, 5, requires_grad=True))


def check_random_state(kata, given):
    """After a step the random state is that of the plain stack."""
    blocks = [block() for _ in range(3)]
    stack = stack_of(kata, given, blocks)
    x = given.normal(4, 5, requires_grad=True)
    random = torch.get_rng_state()
    given.backward(stack(x))
    after = torch.get_rng_state()
    torch.set_rng_state(random)
    nn.Sequential(*blocks)(x)
    return {"random state as after the plain stack": torch.equal(torch.get_rng_state(), after)}


@pytest.mark.parametrize("setting", ["train", "eval", "no_grad", "frozen block"])
def check_runs(kata, given, setting):
    """Each block runs twice in a training step, and once in eval mode or without gradients."""
    counts = []

    class Counted(nn.Linear):
        def forward(self, x):
            counts[self.number] += 1
            return super().forward(x)

    blocks = []
    for number in range(4):
        blocks.append(Counted(3, 3))
        blocks[-1].number = number
        counts.append(0)
    stack = stack_of(kata, given, blocks).train(setting != "eval")
    if setting == "frozen block":  # the mode of the stack is what counts
        blocks[1].eval()
    with torch.set_grad_enabled(setting != "no_grad"):
        out = stack(given.normal(2, 3))
    forward = list(counts)
    if setting != "no_grad" and out.requires_grad:
        given.backward(out)
    return {"runs of each block in the forward": forward, "runs after the backward": counts}


def sizes(kata, given):
    """Return the plain stack, the checkpointed one, and an input, of some size."""
    blocks = [block(8, 64, 0.1) for _ in range(6)]
    return nn.Sequential(*blocks), stack_of(kata, given, blocks), given.normal(128, 8)


def check_memory(kata, given):
    """At most half of the memory is kept for the backward."""
    plain, stack, x = sizes(kata, given)
    ratio = saved_bytes(lambda: stack(x)) / saved_bytes(lambda: plain(x))
    return {"kept for the backward, relative to the plain stack": ratio}


@requirement(check_memory, "kept for the backward, relative to the plain stack", within=0.02)
def lean(ratio):
    return None if ratio <= 0.5 else "at most 0.5"


def check_peak(kata, given):
    """The blocks are recomputed one at a time: the peak of a whole step falls as well."""
    plain, stack, x = sizes(kata, given)

    def peak(module):
        module.zero_grad()
        return peak_bytes(lambda: module(x).square().sum().backward())

    return {"peak of a step, relative to the plain stack": peak(stack) / peak(plain)}


@requirement(check_peak, "peak of a step, relative to the plain stack", within=0.02)
def low(ratio):
    return None if ratio <= 0.6 else "at most 0.6"


def check_registered(kata, given):
    """The blocks are registered as blocks, and nothing else is."""
    blocks = [block(), nn.Tanh(), nn.Linear(5, 5)]
    stack = kata.CheckpointedStack(blocks)
    return {
        "keys of the state dict": list(stack.state_dict()),
        "the blocks themselves": all(a is b for a, b in zip(stack.blocks, blocks, strict=True)),
    }


def check_warnings(kata, given):
    """No warning is given."""
    stack = stack_of(kata, given, [block(), block()])
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        given.backward(stack(given.normal(2, 5, requires_grad=True)))
    return {"warnings": sorted({w.category.__name__ for w in seen})}
