import collections
import gc
import weakref

import pytest

from pytest_torchkata.checks import F, nn, np, raises, torch


def logits_for(given, predictions, classes):
    """Draw logits whose largest entries are those of the predictions."""
    rows = given.normal(len(predictions), classes)
    return rows + 20 * F.one_hot(torch.tensor(predictions).long(), classes).to(rows)


def show(given, meter, predictions, targets, classes):
    targets = given.tensor(targets).long()
    meter.update(logits_for(given, predictions, classes), targets)


def skewed(given, n=60, classes=4):
    """Draw predictions and targets in which the classes are of very different size."""
    targets = (given.uniform(n) ** 3 * classes).long()
    noise = given.integers(0, classes, (n,))
    predictions = torch.where(given.uniform(n) < 0.6, targets, noise)
    return predictions.tolist(), targets.tolist()


def check_one_batch(kata, given, device):
    """All four numbers for one batch."""
    meter = kata.ClassificationMeter(4)
    show(given, meter, *skewed(given), 4)
    return meter.compute()


@pytest.mark.parametrize("sizes", [(30, 30), (1, 40, 19), (7, 0, 53)])
def check_batches(kata, given, sizes, device):
    """The numbers do not depend on how the samples are cut into batches."""
    meter = kata.ClassificationMeter(4)
    predictions, targets = skewed(given)
    start = 0
    for size in sizes:
        part = slice(start, start + size)
        show(given, meter, predictions[part], targets[part], 4)
        start += size
    return meter.compute()


@pytest.mark.parametrize(
    ("predictions", "targets"),
    [
        ((0, 1, 1, 3, 3, 1), (0, 1, 3, 3, 3, 0)),  # class 2 does not occur
        ((0, 2, 1, 1, 3, 0), (0, 1, 1, 1, 3, 3)),  # class 2 is predicted only
        ((0, 0, 1, 1, 3, 1), (0, 2, 1, 2, 3, 3)),  # class 2 is a target only
    ],
    ids=["a class that does not occur", "a class only predicted", "a class only in the targets"],
)
def check_missing_classes(kata, given, predictions, targets, device):
    """Classes that occur nowhere do not count; undefined ratios of others are 0."""
    meter = kata.ClassificationMeter(4)
    show(given, meter, predictions, targets, 4)
    return meter.compute()


def check_extremes(kata, given, device):
    """Everything right, everything wrong, a single sample, a single class."""
    observed = {}
    cases = {
        "all right": ([2, 0, 1, 1], [2, 0, 1, 1], 3),
        "all wrong": ([1, 0, 0, 0], [0, 2, 2, 1], 3),
        "one sample": ([1], [1], 5),
        "one class": ([0, 0], [0, 0], 1),
    }
    for name, (predictions, targets, classes) in cases.items():
        meter = kata.ClassificationMeter(classes)
        show(given, meter, predictions, targets, classes)
        observed |= {f"{name}: {key}": value for key, value in meter.compute().items()}
    return observed


def check_compute_again(kata, given, device):
    """compute changes nothing: it may be called again, and updates go on after it."""
    meter = kata.ClassificationMeter(4)
    predictions, targets = skewed(given)
    show(given, meter, predictions[:20], targets[:20], 4)
    observed = {"first": meter.compute(), "again": meter.compute()}
    show(given, meter, predictions[20:], targets[20:], 4)
    return {**observed, "after another update": meter.compute()}


def check_reset(kata, given, device):
    """reset forgets everything, and meters do not share what they count."""
    meter, other = kata.ClassificationMeter(4), kata.ClassificationMeter(4)
    predictions, targets = skewed(given)
    show(given, meter, predictions[:30], targets[:30], 4)
    show(given, other, predictions[:7], targets[:7], 4)
    meter.reset()
    show(given, meter, predictions[30:], targets[30:], 4)
    return {"after reset": meter.compute(), "another meter": other.compute()}


def check_no_samples(kata, given, device):
    """compute raises ValueError while there are no samples."""
    meter = kata.ClassificationMeter(3)
    observed = {"at first": raises(ValueError, meter.compute)}
    show(given, meter, [], [], 3)
    observed["after an empty batch"] = raises(ValueError, meter.compute)
    show(given, meter, [1, 2], [1, 0], 3)
    meter.reset()
    observed["after reset"] = raises(ValueError, meter.compute)
    return observed


@pytest.mark.parametrize("target", [3, 5, -1, -100])
def check_bad_targets(kata, given, target):  # a GPU finds out later, and its context is lost
    """A target that is no class raises an exception."""
    logits, targets = logits_for(given, [0, 2, 1], 3), given.tensor([1, target, 0]).long()
    meter = kata.ClassificationMeter(3)
    return {"update": raises(Exception, lambda: meter.update(logits, targets))}


def size_of(thing, seen):
    """Return about how many bytes an object holds, with all that it refers to."""
    if id(thing) in seen or isinstance(thing, type):
        return 0
    seen.add(id(thing))
    if isinstance(thing, torch.Tensor):
        return thing.untyped_storage().nbytes()
    if isinstance(thing, np.ndarray):
        return thing.nbytes if thing.base is None else thing.base.nbytes
    if isinstance(thing, dict):
        return sum(size_of(part, seen) for item in thing.items() for part in item)
    if isinstance(thing, (list, tuple, set, frozenset, collections.deque)):
        return 8 * len(thing) + sum(size_of(part, seen) for part in thing)
    return 8 + size_of(getattr(thing, "__dict__", {}), seen)


def check_memory(kata, given, device):
    """What the meter keeps does not grow with the number of samples."""
    meter = kata.ClassificationMeter(3)
    sizes = []
    for _ in range(2):
        for _ in range(20):
            meter.update(given.normal(50, 3), given.integers(0, 3, (50,)))
        sizes.append(size_of(meter, set()))
    return {"grows by more than 100 bytes over 1000 samples": sizes[1] - sizes[0] > 100}


def check_graphs(kata, given, device):
    """Logits may come with a graph, which is not kept alive."""

    class Token:
        pass

    token = Token()
    known = weakref.ref(token)
    layer = given.fill(nn.Linear(4, 3))
    logits = layer(given.normal(9, 4)) * 2
    logits.grad_fn.metadata["token"] = token  # lives as long as this node of the graph
    del token
    meter = kata.ClassificationMeter(3)
    meter.update(logits, given.integers(0, 3, (9,)))
    del logits
    gc.collect()
    return {"the graph is kept": known() is not None, **meter.compute()}


def check_arguments(kata, given, device):
    """update leaves logits and targets as they are and returns None."""
    logits, targets = given.normal(6, 3), given.integers(0, 3, (6,))
    before = logits.clone(), targets.clone()
    returned = kata.ClassificationMeter(3).update(logits, targets)
    return {
        "returned": returned,
        "logits as before": torch.equal(logits, before[0]),
        "targets as before": torch.equal(targets, before[1]),
    }
