import torch

from pytest_torchkata.checks import wrong

from . import reference


def parts(counts):
    """Return true positives, samples and predictions of each class."""
    counts = counts.double()
    return counts.diagonal(), counts.sum(1), counts.sum(0)


def scores(precision, recall, f1, counts):
    accuracy = (counts.diagonal().sum() / counts.sum()).item()
    means = [values.mean().item() for values in (precision, recall, f1)]
    return dict(zip(("accuracy", "precision", "recall", "f1"), [accuracy, *means], strict=True))


class Refusing(reference.ClassificationMeter):
    def compute(self):
        if self.counts.sum() == 0:
            raise ValueError("no samples")
        hits, actual, predicted = parts(self.counts)
        return self.score(hits, actual, predicted)


@wrong("check_batches")
class AveragesBatches:
    """The four numbers are computed for each batch and then averaged. A batch of one sample counts as
    much as a large one, and its precision says next to nothing.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def update(self, logits, targets):
            super().update(logits, targets)
            if len(targets):
                self.batches.append(super().compute())
            self.counts.zero_()

        def compute(self):
            if not self.batches:
                raise ValueError("no samples")
            return {
                key: sum(batch[key] for batch in self.batches) / len(self.batches) for key in self.batches[0]
            }

        def reset(self):
            super().reset()
            self.batches = []


@wrong("check_one_batch")
class F1OfTheMeans:
    """F1 is computed from macro precision and macro recall. Macro F1 is the mean of the classes' own F1,
    which is another number.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def compute(self):
            result = super().compute()
            p, r = result["precision"], result["recall"]
            return {**result, "f1": 2 * p * r / (p + r) if p + r else 0.0}


@wrong("check_missing_classes")
class DividesByAllClasses:
    """The means are over all classes, and one that occurs nowhere counts with 0. No classifier could do
    better on it.
    """

    class ClassificationMeter(Refusing):
        def score(self, hits, actual, predicted):
            return scores(
                hits / predicted.clamp(min=1),
                hits / actual.clamp(min=1),
                2 * hits / (actual + predicted).clamp(min=1),
                self.counts,
            )


@wrong("check_missing_classes")
class NanFromZero:
    """A ratio with denominator 0 becomes NaN, and so does every mean that it enters."""

    class ClassificationMeter(Refusing):
        def score(self, hits, actual, predicted):
            occurs = actual + predicted > 0
            precision, recall = (hits / predicted)[occurs], (hits / actual)[occurs]
            f1 = 2 * precision * recall / (precision + recall)
            return scores(precision, recall, f1, self.counts)


@wrong("check_one_batch")
class Micro:
    """All classes are counted together. With one prediction per sample that makes precision, recall and
    F1 the same as accuracy; the mean over classes is another number.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def compute(self):
            accuracy = super().compute()["accuracy"]
            return dict.fromkeys(("accuracy", "precision", "recall", "f1"), accuracy)


@wrong("check_one_batch")
class WeightedByClassSize:
    """The classes are weighted by their number of samples. In a macro average every class counts the
    same, however rare it is.
    """

    class ClassificationMeter(Refusing):
        def score(self, hits, actual, predicted):
            share = len(actual) * actual / actual.sum()
            return scores(
                share * hits / predicted.clamp(min=1),
                share * hits / actual.clamp(min=1),
                share * 2 * hits / (actual + predicted).clamp(min=1),
                self.counts,
            )


@wrong("check_memory")
class KeepsPredictions:
    """All predictions and targets are kept. The numbers are right, but memory grows with every sample;
    a few counts say the same.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def update(self, logits, targets):
            if ((targets < 0) | (targets >= self.num_classes)).any():
                raise ValueError("bad target")
            self.predictions += logits.argmax(1).tolist()
            self.targets += targets.tolist()

        def compute(self):
            pairs = torch.tensor(self.targets).long() * self.num_classes
            pairs = pairs + torch.tensor(self.predictions).long()
            self.counts = pairs.bincount(minlength=self.num_classes**2).view_as(self.counts)
            return super().compute()

        def reset(self):
            super().reset()
            self.predictions, self.targets = [], []


@wrong("check_graphs")
class KeepsTheLogits:
    """The logits of the last batch are kept, and with them their graph: all activations of the model stay
    in memory.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def update(self, logits, targets):
            super().update(logits, targets)
            self.last = logits, targets


@wrong("check_one_batch")
class PrecisionAndRecallExchanged:
    """Precision and recall are exchanged. Precision divides by what was predicted as the class, recall by
    what is of the class: look at which sum goes over rows and which over columns.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def compute(self):
            result = super().compute()
            return {**result, "precision": result["recall"], "recall": result["precision"]}


@wrong("check_bad_targets")
class DropsBadTargets:
    """Samples with a target that is no class are left out without a word. That may be half of the data
    set, if its labels start at 1.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def update(self, logits, targets):
            good = (targets >= 0) & (targets < self.num_classes)
            super().update(logits[good], targets[good])


@wrong("check_bad_targets")
class ClampsBadTargets:
    """A target that is no class is counted for another one. It is a mistake in the data, which somebody
    has to hear of.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def update(self, logits, targets):
            super().update(logits, targets.clamp(0, self.num_classes - 1))


@wrong("check_bad_targets")
class NegativeTargetsWrapAround:
    """A negative target is an index from the end: -1 is counted for the last class, and nobody hears of
    it.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def update(self, logits, targets):
            for target, prediction in zip(targets.tolist(), logits.argmax(1).tolist(), strict=True):
                self.counts[target, prediction] += 1


@wrong("check_missing_classes")
class TargetClassesOnly:
    """Only classes that occur among the targets are averaged. One that is merely predicted is missing,
    although its precision is 0.
    """

    class ClassificationMeter(Refusing):
        def score(self, hits, actual, predicted):
            occurs = actual > 0
            return scores(
                (hits / predicted.clamp(min=1))[occurs],
                (hits / actual.clamp(min=1))[occurs],
                (2 * hits / (actual + predicted).clamp(min=1))[occurs],
                self.counts,
            )


@wrong("check_missing_classes")
class LeavesOutUndefinedRatios:
    """Each mean leaves out the classes whose own ratio is undefined. A class that is never predicted then
    does not lower the precision; here it counts as 0.
    """

    class ClassificationMeter(Refusing):
        def score(self, hits, actual, predicted):
            return scores(
                (hits / predicted)[predicted > 0],
                (hits / actual)[actual > 0],
                (2 * hits / (actual + predicted))[actual + predicted > 0],
                self.counts,
            )


@wrong("check_compute_again", shows="exception")
class ComputeResets:
    """compute forgets what was counted. Forgetting is what reset is for; compute may be called again and
    again.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def compute(self):
            result = super().compute()
            self.reset()
            return result


_COUNTS = {}


@wrong("check_reset")
class ResetDoesNothing:
    """reset leaves counts behind, so the numbers go on over what came before it."""

    class ClassificationMeter(reference.ClassificationMeter):
        def __init__(self, num_classes):
            self.num_classes = num_classes
            super().reset()

        def reset(self):
            pass


@wrong("check_no_samples")
class NoSamplesGiveZero:
    """Without any samples all four numbers are 0, as if the classifier had been wrong every time. There is
    no answer: that has to be an error.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def compute(self):
            if self.counts.sum() == 0:
                return dict.fromkeys(("accuracy", "precision", "recall", "f1"), 0.0)
            return super().compute()


@wrong("check_no_samples")
class DividesByNoSamples:
    """Without any samples the division by their number fails, or gives NaN. Say what is wrong, with a
    ValueError.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def compute(self):
            if self.counts.sum() == 0:
                raise ZeroDivisionError("division by zero")
            return super().compute()


@wrong("check_one_batch")
class ReturnsTensors:
    """The values are tensors. Python floats are asked for, which can be printed, logged and compared."""

    class ClassificationMeter(reference.ClassificationMeter):
        def compute(self):
            return {key: torch.tensor(value) for key, value in super().compute().items()}


@wrong("check_batches", shows="exception")
class EmptyBatchFails:
    """An empty batch is not taken. It has nothing to count, and nothing to complain about."""

    class ClassificationMeter(reference.ClassificationMeter):
        def update(self, logits, targets):
            if not 0 <= targets.min() <= targets.max() < self.num_classes:
                raise ValueError("bad target")
            super().update(logits, targets)


@wrong("check_reset")
class CountsForTheClass:
    """The counts belong to the class and not to the meter, so all meters count together. Make them in the
    constructor.
    """

    class ClassificationMeter(reference.ClassificationMeter):
        def reset(self):
            self.counts = _COUNTS.setdefault(
                self.num_classes, torch.zeros(self.num_classes, self.num_classes, dtype=torch.int64)
            )
            self.counts.zero_()
