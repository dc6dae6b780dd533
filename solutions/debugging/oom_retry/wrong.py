import torch

from pytest_torchkata.checks import wrong


def _trained(model):
    return [p for p in model.parameters() if p.requires_grad]


def _attempt(model, loss_fn, x, y, rows, **settings):
    loss = loss_fn(model(x[rows]), y[rows]) * (len(x[rows]) / len(x))
    grads = torch.autograd.grad(loss, _trained(model), **{"allow_unused": True, **settings})
    return loss.item(), grads


def _plus(a, b):
    return a + b if a is not None and b is not None else a if b is None else b


def _add(model, grads):
    for parameter, grad in zip(_trained(model), grads, strict=True):
        parameter.grad = _plus(parameter.grad, grad)


def _halved(size, min_size):
    if size // 2 < min_size:
        raise torch.OutOfMemoryError("CUDA out of memory.")
    return size // 2


def running(
    attempt=_attempt,
    errors=lambda: torch.OutOfMemoryError,
    smaller=lambda size, left, min_size: _halved(min(size, left), min_size),
    after_failure=lambda start, size: start,
    after_success=lambda size, n: size,
    going=lambda left, min_size: left > 0,
    result=lambda total, size, left: (total, size),
    add=_add,
    factor=lambda rows, size, n: 1.0,
    again=False,
):
    """Return the whole function, with one part of it replaced."""

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        n, start, size, total, last = len(x), 0, len(x), 0.0, 0
        sums = [None] * len(_trained(model))
        while going(n - start, min_size):
            rows = slice(start, start + size)
            count = len(x[rows])
            try:
                loss, grads = attempt(model, loss_fn, x, y, rows)
            except errors():
                failed = True
            else:
                failed = False
            if failed:
                smaller_size = smaller(size, n - start, min_size)
                start = after_failure(start, size)
                size = smaller_size
                if again:
                    total, sums = 0.0, [None] * len(sums)
                continue
            scale = factor(count, size, n)
            total += loss * scale
            sums = [_plus(a, None if b is None else b * scale) for a, b in zip(sums, grads, strict=True)]
            start, last = start + count, count
            size = after_success(size, n)
        add(model, sums)
        return result(total, size, last)

    return backward_in_pieces


def overwrite(model, grads):
    for parameter, grad in zip(_trained(model), grads, strict=True):
        parameter.grad = grad


def rounded_up(size, left, min_size):
    half = (min(size, left) + 1) // 2
    return half if min(size, left) > 1 else _halved(1, min_size)


@wrong("check_freed")
class TriesAgainInTheExcept:
    """The next attempt is made inside of the except block. The error is being handled there: its traceback
    holds the frames of the failed attempt, and these all of its tensors.
    """

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        sums = [None] * len(_trained(model))

        def run(start, size):
            total = 0.0
            while start < len(x):
                try:
                    loss, grads = _attempt(model, loss_fn, x, y, slice(start, start + size))
                except torch.OutOfMemoryError:
                    rest, size = run(start, _halved(min(size, len(x) - start), min_size))
                    return total + rest, size
                sums[:] = [_plus(a, b) for a, b in zip(sums, grads, strict=True)]
                total, start = total + loss, start + size
            return total, size

        returned = run(0, len(x))
        _add(model, sums)
        return returned


@wrong("check_freed")
class KeepsTheError:
    """The error is kept in a name, to be raised if nothing helps. With it live its traceback, the frames
    and the tensors of the failed attempt.
    """

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        sums, total, start, size = [None] * len(_trained(model)), 0.0, 0, len(x)
        problem = None
        while start < len(x):
            if size < min_size:
                raise problem
            try:
                loss, grads = _attempt(model, loss_fn, x, y, slice(start, start + size))
            except torch.OutOfMemoryError as error:
                problem = error
                size = min(size, len(x) - start) // 2
                continue
            sums = [_plus(a, b) for a, b in zip(sums, grads, strict=True)]
            total, start = total + loss, start + size
        _add(model, sums)
        return total, size


@wrong("check_freed_graph")
class KeepsTheLoss:
    """The loss is a name of the function that tries again. Where the backward has failed, the name still
    stands for the failed attempt, and holds its graph through the whole next forward.
    """

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        sums, total, start, size = [None] * len(_trained(model)), 0.0, 0, len(x)
        while start < len(x):
            rows = slice(start, start + size)
            try:
                loss = loss_fn(model(x[rows]), y[rows]) * (len(x[rows]) / len(x))
                grads = torch.autograd.grad(loss, _trained(model), allow_unused=True)
            except torch.OutOfMemoryError:
                size = _halved(min(size, len(x) - start), min_size)
                continue
            sums = [_plus(a, b) for a, b in zip(sums, grads, strict=True)]
            total, start = total + loss.item(), start + size
        _add(model, sums)
        return total, size


@wrong("check_backward")
class HalfABackwardStays:
    """A backward that fails halfway has written the gradients of some parameters by then. They stay, and
    the next attempt adds to them.
    """

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        def attempt(rows):
            loss = loss_fn(model(x[rows]), y[rows]) * (len(x[rows]) / len(x))
            loss.backward()
            return loss.item()

        total, start, size = 0.0, 0, len(x)
        while start < len(x):
            try:
                loss = attempt(slice(start, start + size))
            except torch.OutOfMemoryError:
                size = min(size, len(x) - start) // 2
                if size < min_size:
                    raise
                continue
            total, start = total + loss, start + size
        return total, size


@wrong("check_later")
class ClearsAllGradients:
    """After a failure all gradients are cleared. That also forgets the pieces that are done, and what was
    there before the call.
    """

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        def attempt(rows):
            loss = loss_fn(model(x[rows]), y[rows]) * (len(x[rows]) / len(x))
            loss.backward()
            return loss.item()

        total, start, size = 0.0, 0, len(x)
        while start < len(x):
            try:
                loss = attempt(slice(start, start + size))
            except torch.OutOfMemoryError:
                model.zero_grad()
                size = min(size, len(x) - start) // 2
                if size < min_size:
                    raise
                continue
            total, start = total + loss, start + size
        return total, size


@wrong("check_pieces", shows="exception")
class NeverTriesAgain:
    """Nothing catches the error: the batch is tried once, as a whole."""

    backward_in_pieces = running(errors=lambda: ())


@wrong("check_other_errors")
class CatchesEveryRuntimeError:
    """Every RuntimeError is taken for a lack of memory. A wrong shape is one too, and is tried again in
    ever smaller pieces, until the error that is raised in the end is not even its own.
    """

    backward_in_pieces = running(errors=lambda: RuntimeError)


@wrong("check_pieces")
class EveryPieceCountsTheSame:
    """Each piece counts the same, whatever its size. The last one is often smaller, and its rows then
    count more than the others.
    """

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        def attempt(model, loss_fn, x, y, rows):
            loss, grads = _attempt(model, loss_fn, x, y, rows)
            count = -(-len(x) // (rows.stop - rows.start))
            scale = len(x) / len(x[rows]) / count
            return loss * scale, [None if grad is None else grad * scale for grad in grads]

        return running(attempt)(model, loss_fn, x, y, min_size)


@wrong("check_pieces")
class AddsMeansUp:
    """The mean losses of the pieces are added up as they are. The result is as many times too large as
    there are pieces.
    """

    backward_in_pieces = running(factor=lambda rows, size, n: n / rows)


@wrong("check_pieces")
class SkipsThePiece:
    """The size is halved, but the rows of the piece that failed are passed over. They have to be tried
    again.
    """

    backward_in_pieces = running(after_failure=lambda start, size: start + size)


@wrong("check_pieces")
class WholeBatchAgain:
    """After each piece the size goes back to what it was at first, and every piece runs out of memory
    anew.
    """

    backward_in_pieces = running(after_success=lambda size, n: n)


@wrong("check_pieces")
class OneRowLess:
    """The size is lowered by one row, not halved. It takes as many failed attempts as there are rows."""

    backward_in_pieces = running(
        smaller=lambda size, left, min_size: max(min(size, left) - 1, _halved(min(size, left), min_size))
    )


@wrong("check_pieces")
class RoundsUp:
    """Half of the rows is rounded up. Asked for is rounding down; and half of one, rounded up, is one."""

    backward_in_pieces = running(smaller=rounded_up)


@wrong("check_pieces")
class ReturnsTheLastPiece:
    """The rows of the last piece are returned. It is what was left, and often smaller than the size that
    fits.
    """

    backward_in_pieces = running(result=lambda total, size, last: (total, last))


@wrong("check_later")
class HalvesTheSizeOnly:
    """The size is halved, not the rows of the piece that failed. The last piece may be smaller than that
    already: it is then tried again as it is, and fails again.
    """

    backward_in_pieces = running(smaller=lambda size, left, min_size: _halved(size, min_size))


@wrong("check_later")
class CountsThemTwice:
    """After a failure everything begins again with the first row, but what the pieces before have given is
    still in the sums.
    """

    backward_in_pieces = running(after_failure=lambda start, size: 0)


@wrong("check_later")
class BeginsAgain:
    """After a failure everything begins again with the first row. The result is right, but work that was
    done is done again.
    """

    backward_in_pieces = running(after_failure=lambda start, size: 0, again=True)


@wrong("check_added")
class OverwritesTheGradients:
    """The gradients are set. A backward adds to what is there."""

    backward_in_pieces = running(add=overwrite)


@wrong("check_frozen", shows="exception")
class AllTakePart:
    """torch.autograd.grad raises if a parameter takes no part in the loss, unless it is told that this may
    be so.
    """

    backward_in_pieces = running(lambda *arguments: _attempt(*arguments, allow_unused=False))


@wrong("check_frozen")
class ZerosForTheOthers:
    """A parameter that takes no part gets a gradient of zeros. That is not the same as none: an optimizer
    with momentum or weight decay moves it.
    """

    backward_in_pieces = running(lambda *arguments: _attempt(*arguments, materialize_grads=True))


@wrong("check_gives_up")
class IgnoresMinSize:
    """Pieces are halved down to a single row, whatever min_size is."""

    backward_in_pieces = running(smaller=lambda size, left, min_size: _halved(min(size, left), 1))


@wrong("check_gives_up")
class GivesUpInSilence:
    """If nothing fits, the error is swallowed, and something is returned that looks like a loss."""

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        try:
            return running()(model, loss_fn, x, y, min_size)
        except torch.OutOfMemoryError:
            return float("nan"), 0


@wrong("check_gives_up_later")
class LeavesWhatIsDone:
    """Each piece adds its gradients to grad at once. If a later one gives up, those of the first pieces
    are there, and the caller cannot tell them apart.
    """

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        total, start, size = 0.0, 0, len(x)
        while start < len(x):
            try:
                loss, grads = _attempt(model, loss_fn, x, y, slice(start, start + size))
            except torch.OutOfMemoryError:
                size = min(size, len(x) - start) // 2
                if size < min_size:
                    raise
                continue
            _add(model, grads)
            total, start = total + loss, start + size
        return total, size


@wrong("check_min_size")
class DropsTheRest:
    """What is left at the end is dropped if it is smaller than min_size. Every row belongs to the batch."""

    backward_in_pieces = running(going=lambda left, min_size: left >= min_size)


@wrong("check_whole")
class ReturnsATensor:
    """The loss is returned as a tensor. A plain number was asked for."""

    def backward_in_pieces(model, loss_fn, x, y, min_size=1):
        loss, size = running()(model, loss_fn, x, y, min_size)
        return torch.tensor(loss), size
