import gc
import weakref

import pytest

from pytest_torchkata.checks import nn, requirement, torch

LONG = 20
"""Sequences that are longer make the model raise."""


def network(given, how="plainly", width=6, vocabulary=9):
    """Return a language model that raises in the middle of its forward, in one of several ways."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(vocabulary, width)
            self.head = nn.Linear(width, vocabulary)

        def forward(self, tokens):
            hidden = torch.tanh(self.embedding(tokens))
            if tokens.shape[1] > LONG:
                refuse(hidden, tokens.shape[1], how)
            return self.head(hidden)

    return given.fill(Model())


def refuse(hidden, length, how):
    if how == "plainly":
        raise ValueError(f"{length} is too long")
    try:
        look_up(hidden * 2, length)
    except KeyError as error:
        if how == "from another":
            raise ValueError(f"{length} is too long") from error
        raise IndexError(f"no position {length}")  # noqa: B904 (the other one is its context)


def look_up(hidden, length):
    raise KeyError(length)


def tokens(given, rows, length):
    return given.integers(0, 9, (rows, length))


def check_scores(kata, given, device, dtype):
    """The logits of the last position, of batches of several sizes."""
    scorer = kata.Scorer(network(given))
    returned = [scorer.add(tokens(given, *size)) for size in ((3, 5), (1, 7), (4, 1))]
    observed = {"returned by add": returned, "scores": scorer.scores()}
    scorer.add(tokens(given, 2, 4))
    return observed | {"scores after one more": scorer.scores(), "report": scorer.report()}


def check_report(kata, given, device):
    """A line for each batch that failed; the others are scored as if it had not been there."""
    scorer = kata.Scorer(network(given))
    sizes = (3, 5), (2, 30), (1, 4), (1, 21), (2, 6)
    returned = [scorer.add(tokens(given, *size)) for size in sizes]
    twice = [scorer.report() for _ in range(2)]
    return {"returned by add": returned, "scores": scorer.scores(), "report, called twice": twice}


def check_interrupt(kata, given):
    """KeyboardInterrupt passes through."""

    class Model(nn.Module):
        def forward(self, tokens):
            raise KeyboardInterrupt

    scorer = kata.Scorer(Model())
    try:
        outcome = scorer.add(tokens(given, 2, 3))
    except KeyboardInterrupt:
        outcome = "raises KeyboardInterrupt"
    return {"add": outcome}


def check_runs(kata, given):
    """A batch runs the model once, without gradients, in the mode that the caller has set."""
    seen = []

    class Model(nn.Module):
        def forward(self, tokens):
            seen.append((len(tokens), torch.is_grad_enabled(), self.training))
            return torch.nn.functional.one_hot(tokens, 9).float()

    model = Model()
    scorer = kata.Scorer(model)
    for mode in (True, False):
        model.train(mode)
        scorer.add(tokens(given, 2, 3))
    return {"rows, recording of gradients and train mode in each run": seen, "mode": model.training}


def storages(values):
    leaves = torch.utils._pytree.tree_leaves(values)
    return [leaf.untyped_storage() for leaf in leaves if isinstance(leaf, torch.Tensor)]


def kept_by(scorer, batches, expected=0):
    """Return how many bytes of tensors stay alive that the scorer makes of batches."""
    from torch.utils._python_dispatch import TorchDispatchMode

    alive = {}

    class Meter(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            known = {storage._cdata for storage in storages((args, kwargs))}
            result = func(*args, **(kwargs or {}))
            for storage in storages(result):
                if (key := storage._cdata) not in known and key not in alive:
                    alive[key] = storage.nbytes()
                    weakref.finalize(storage, alive.pop, key, None)
            return result

    with Meter():
        for batch in batches:
            scorer.add(batch.clone())
    if sum(alive.values()) > expected:  # what only a collection frees is no leak
        gc.collect()
    return sum(alive.values())


def compared(scorer, batches):
    """Return what the scorer keeps of batches, relative to what it has to."""
    scorer.add(batches[0])
    row = scorer.scores()[0].nbytes
    expected = row * sum(len(batch) for batch in batches)
    return kept_by(scorer, batches, expected) / expected


def check_memory(kata, given, device):
    """Of a batch that ran no more is kept than its last logits."""
    scorer = kata.Scorer(network(given))
    ratio = compared(scorer, [tokens(given, rows, 16) for rows in (3, 4, 2, 5)])
    return {"bytes kept, relative to those of the scores": ratio}


def check_one_row(kata, given, device):
    """The same for batches of a single row."""
    scorer = kata.Scorer(network(given))
    ratio = compared(scorer, [tokens(given, 1, length) for length in (16, 12, 18)])
    return {"bytes kept, relative to those of the scores": ratio}


@requirement(check_memory, "bytes kept, relative to those of the scores", within=0.05)
def lean(ratio):
    return None if ratio <= 2 else "at most 2"


@requirement(check_one_row, "bytes kept, relative to those of the scores", within=0.05)
def lean_too(ratio):
    return None if ratio <= 2 else "at most 2"


def check_failures(kata, given, device):
    """Of a batch that failed no tensor is kept."""
    scorer = kata.Scorer(network(given))
    batches = [tokens(given, 3, LONG + n) for n in (1, 2, 3)]
    return {"bytes kept by three that failed": kept_by(scorer, batches)}


@pytest.mark.parametrize("how", ["from another", "while handling another"])
def check_chained(kata, given, how, device):
    """Nor is it for an exception that has another one behind it."""
    scorer = kata.Scorer(network(given, how))
    batches = [tokens(given, 3, LONG + n) for n in (1, 2, 3)]
    kept = kept_by(scorer, batches)
    return {"bytes kept by three that failed": kept, "report": scorer.report()}


def allocated_by(scorer, batch, times, expected=0):
    """Return by how many bytes torch.cuda.memory_allocated grows."""
    before = torch.cuda.memory_allocated()
    for _ in range(times):
        scorer.add(batch.clone())
    if torch.cuda.memory_allocated() - before > expected:
        gc.collect()
    return max(0, torch.cuda.memory_allocated() - before)  # garbage of before may have gone as well


@pytest.mark.needs_cuda
def check_allocated(kata, given, device):
    """The same by torch.cuda.memory_allocated, with larger batches."""
    scorer = kata.Scorer(network(given, width=32, vocabulary=1000))
    good, bad = tokens(given, 4, LONG), tokens(given, 64, 50 * LONG)
    for batch in (good, bad):  # what the libraries take for themselves
        scorer.add(batch)
    expected = 50 * scorer.scores().nbytes
    grown = allocated_by(scorer, good, 50, expected)
    return {
        "allocated by 50 batches, relative to their scores": grown / expected,
        "allocated by 5 that failed": allocated_by(scorer, bad, 5),
    }


@requirement(check_allocated, "allocated by 50 batches, relative to their scores", within=0.1)
def lean_by_the_allocator(ratio):
    return None if ratio <= 2 else "at most 2"
