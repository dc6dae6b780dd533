import copy
import traceback

import torch

from pytest_torchkata.checks import wrong

from . import reference


def keeping(last):
    """Return the reference's Scorer, keeping last(logits) of each batch."""

    class Scorer(reference.Scorer):
        @torch.no_grad()
        def add(self, tokens):
            before = len(self._last)
            ran = super().add(tokens)
            if ran:
                del self._last[before:]
                self._last.append(last(self.logits))
                del self.logits
            return ran

        def __init__(self, model):
            def run(tokens):
                self.logits = model(tokens)
                return self.logits

            super().__init__(run)

    return Scorer


def noting(note):
    """Return the reference's Scorer, keeping note(error, tokens) of each failure, an exception first."""

    class Scorer(reference.Scorer):
        @torch.no_grad()
        def add(self, tokens):
            number = self._batches
            self._batches += 1
            try:
                logits = self.model(tokens)
            except Exception as error:
                self._failures.append((number, *note(error, tokens)))
                return False
            self._last.append(logits[:, -1].clone())
            return True

        def report(self):
            return [f"batch {n}: {type(error).__name__}: {error}" for n, error, *_ in self._failures]

    return Scorer


def cleared(error, tokens):
    traceback.clear_frames(error.__traceback__)
    return (error,)


@wrong("check_memory")
class AsItWas:
    """Both leaks are still there. A slice shares the memory of what it was cut from, all of it; and an
    exception leads to the frames that it came through, with every tensor in them.
    """

    class Scorer(reference.Scorer):
        @torch.no_grad()
        def add(self, tokens):
            number = self._batches
            self._batches += 1
            try:
                logits = self.model(tokens)
            except Exception as error:
                self._failures.append((number, error))
                return False
            self._last.append(logits[:, -1])
            return True

        def report(self):
            return [f"batch {n}: {type(error).__name__}: {error}" for n, error in self._failures]


@wrong("check_memory")
class KeepsAView:
    """The slice is kept as it is, or detached, or sent to the device that it is on already. All of these
    share the memory of the logits of all positions, and keep it alive.
    """

    Scorer = keeping(lambda logits: logits[:, -1].detach())


@wrong("check_memory")
class CopiesTooEarly:
    """All of the logits are copied, and the slice is taken from the copy. It keeps the copy alive, which is
    as large.
    """

    Scorer = keeping(lambda logits: logits.clone()[:, -1])


@wrong("check_memory")
class DeepCopies:
    """copy.deepcopy of a tensor copies its storage, and that is the storage of all the logits."""

    Scorer = keeping(lambda logits: copy.deepcopy(logits[:, -1]))


@wrong("check_one_row")
class ContiguousIsNoCopyThen:
    """contiguous copies only what is not contiguous. The slice of a single row is, so that it stays a view
    of all the logits.
    """

    Scorer = keeping(lambda logits: logits[:, -1].contiguous())


@wrong("check_scores")
class KeepsHalf:
    """The logits are kept in half precision, which saves half of what was to be saved, and changes them."""

    Scorer = keeping(lambda logits: logits[:, -1].half())


@wrong("check_scores")
class OnlyTheLastBatch:
    """What is kept is replaced with every batch, so that scores knows the last one only."""

    class Scorer(reference.Scorer):
        def add(self, tokens):
            before = list(self._last)
            self._last.clear()
            ran = super().add(tokens)
            if not ran:
                self._last = before
            return ran


@wrong("check_scores")
class RecordsGradients:
    """The model runs with gradients. The scores then carry a graph, and the graph the activations."""

    class Scorer(reference.Scorer):
        @torch.enable_grad()
        def add(self, tokens):
            return reference.Scorer.add.__wrapped__(self, tokens)


@wrong("check_failures")
class KeepsTheException:
    """The exceptions are kept. Each has its traceback, the traceback has the frames, and the frames have
    the tensors that the model was working on.
    """

    Scorer = noting(lambda error, tokens: (error,))


@wrong("check_failures")
class ClearsTheFrames:
    """The frames of the model are emptied, but the frame of add is still running at that time and cannot
    be. Through the traceback it keeps the batch.
    """

    Scorer = noting(cleared)


@wrong("check_failures")
class KeepsTheBatch:
    """The batch is kept beside the error, to look at it later. It is a tensor on the device as any other."""

    Scorer = noting(lambda error, tokens: (error.__class__(str(error)), tokens))


@wrong("check_chained")
class OnlyItsOwnTraceback:
    """The traceback is taken off the exception, but not off the one behind it: __cause__ and __context__
    are exceptions with tracebacks of their own.
    """

    Scorer = noting(lambda error, tokens: (error.with_traceback(None),))


@wrong("check_report")
class NotesNothing:
    """A batch that fails is passed over in silence. report is asked for it."""

    class Scorer(reference.Scorer):
        def report(self):
            return []


@wrong("check_report")
class CountsTheFailures:
    """The number in the report counts failures. Asked for is which of all batches it was."""

    class Scorer(reference.Scorer):
        def add(self, tokens):
            kept, self._batches = self._batches, len(self._failures)
            ran = super().add(tokens)
            self._batches = kept + 1
            return ran


@wrong("check_report")
class CountsFromOne:
    """The numbers in the report begin with one. They count from zero."""

    class Scorer(reference.Scorer):
        def __init__(self, model):
            super().__init__(model)
            self._batches = 1


@wrong("check_report")
class PrintsItsRepr:
    """The line holds the repr of the exception. Asked for are its class and its text."""

    class Scorer(noting(lambda error, tokens: (repr(error),))):
        def report(self):
            return [f"batch {n}: {text}" for n, text in self._failures]


@wrong("check_interrupt")
class CatchesEverything:
    """The except takes whatever comes, KeyboardInterrupt included, and the run cannot be stopped."""

    class Scorer(reference.Scorer):
        def add(self, tokens):
            try:
                return super().add(tokens)
            except BaseException:
                return False


@wrong("check_runs")
class SetsTheMode:
    """add puts the model into eval mode. That is often wanted, but here it is the caller's business."""

    class Scorer(reference.Scorer):
        def add(self, tokens):
            self.model.eval()
            return super().add(tokens)
