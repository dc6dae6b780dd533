import math

import torch
from torch import nn

from pytest_torchkata.checks import wrong

from . import reference


def empty():
    return {"train_loss": [], "val_loss": [], "val_acc": []}


def check_finite(loss, epoch, batch):
    if not math.isfinite(loss.item()):
        raise RuntimeError(f"loss is {loss.item()} in epoch {epoch}, batch {batch}")


def clip(model, max_grad_norm):
    if max_grad_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)


def train(model, loader, optimizer, loss_fn, device, epoch, max_grad_norm):
    total, count = 0.0, 0
    for batch, (x, y) in enumerate(loader):
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        check_finite(loss, epoch, batch)
        loss.backward()
        clip(model, max_grad_norm)
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count


def measure(model, loader, loss_fn, device):
    total, right, count = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        logits = model(x)
        total += loss_fn(logits, y).item() * len(x)
        right += (logits.argmax(1) == y).sum().item()
        count += len(x)
    return total / count, right / count


def evaluate(model, loader, loss_fn, device):
    model.eval()
    with torch.no_grad():
        return measure(model, loader, loss_fn, device)


def note(history, train_loss, val_loss, val_acc):
    history["train_loss"].append(train_loss)
    history["val_loss"].append(val_loss)
    history["val_acc"].append(val_acc)


@wrong("check_clipping")
class ClipsAfterTheStep:
    """The gradients are clipped when the step has already used them. Clipping belongs between backward,
    which makes them, and step.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                optimizer.step()
                clip(model, max_grad_norm)
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_clipping")
class ClipsEachParameter:
    """Each parameter's gradient is clipped to the norm by itself. That changes the direction of the
    step, and all of them together may still be longer.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                if max_grad_norm is not None:
                    for parameter in model.parameters():
                        nn.utils.clip_grad_norm_(parameter, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_clipping")
class ClipsValues:
    """clip_grad_value_ cuts every single entry of a gradient. That changes the direction of the step;
    what is asked for is a bound on the norm of all gradients together.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                if max_grad_norm is not None:
                    nn.utils.clip_grad_value_(model.parameters(), max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_clipping")
class AlwaysScalesToTheNorm:
    """Every gradient is scaled to the given norm, short ones too. Clipping leaves alone what is below
    the bound.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                if max_grad_norm is not None:
                    norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
                    for parameter in model.parameters():
                        parameter.grad *= max_grad_norm / norm
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_clipping")
class NeverClips:
    """Nothing is clipped: max_grad_norm goes unused, or the clipping comes where there are no gradients,
    such as before backward.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        return reference.fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs)


@wrong("check_loaders")
class CachesTheBatches:
    """The batches are put into a list once. Every epoch then sees the same batches in the same order,
    and a shuffling loader shuffles no more.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        train_batches, val_batches = list(train_loader), list(val_loader)
        return reference.fit(
            model, train_batches, val_batches, optimizer, loss_fn, device, epochs, max_grad_norm
        )


@wrong("check_loaders")
class CountsByIterating:
    """The loader is gone through once more to find its length or size. A loader that shuffles or reads
    from disk does all of its work again, and its order moves on.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total = 0.0
            count = sum(len(y) for _, y in train_loader)
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_modes")
class ValidatesInTrainMode:
    """Nothing switches to eval mode. During validation dropout drops, and batch norm uses the batch and
    updates its running statistics with data that it should not learn from.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            loss = train(model, train_loader, optimizer, loss_fn, device, epoch, max_grad_norm)
            with torch.no_grad():
                note(history, loss, *measure(model, val_loader, loss_fn, device))
        return history


@wrong("check_modes")
class StaysInEvalMode:
    """train() is called once, before the first epoch. The first validation switches to eval mode and
    nothing switches back.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        model.train()
        history = empty()
        for epoch in range(epochs):
            loss = train(model, train_loader, optimizer, loss_fn, device, epoch, max_grad_norm)
            note(history, loss, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_modes")
class ValidatesWithGradients:
    """Validation records a graph for every batch. eval() does not stop that: it only changes what
    dropout and batch norm do.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            loss = train(model, train_loader, optimizer, loss_fn, device, epoch, max_grad_norm)
            model.eval()
            note(history, loss, *measure(model, val_loader, loss_fn, device))
        return history


@wrong("check_not_finite")
class ChecksAfterTheStep:
    """The loss is looked at when the step has been taken. By then every parameter is NaN, and there is
    nothing left to look into.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                check_finite(loss, epoch, batch)
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_not_finite")
class NeverChecks:
    """Nothing looks at the loss. One NaN makes every parameter NaN, and the rest of the run is wasted."""

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for _ in range(epochs):
            model.train()
            total, count = 0.0, 0
            for x, y in train_loader:
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_not_finite")
class ChecksTheAverage:
    """The average of the epoch is checked. That is too late for all the steps since the first NaN, and
    the batch is no longer known.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for x, y in train_loader:
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            if not math.isfinite(total):
                raise RuntimeError(f"the loss is {total} in epoch {epoch}")
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_not_finite")
class ChecksForNanOnly:
    """isnan is false for infinity, and an infinite loss ruins the parameters just as well."""

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                if torch.isnan(loss):
                    raise RuntimeError(f"NaN in epoch {epoch}, batch {batch}")
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_not_finite")
class SkipsTheBatch:
    """The batch is skipped without a word. Whatever makes the loss NaN stays unknown, and may soon do so
    in every batch: it has to be raised.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for _ in range(epochs):
            model.train()
            total, count = 0.0, 0
            for x, y in train_loader:
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                if not torch.isfinite(loss):
                    continue
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_message")
class SaysOnlyThatItIsNan:
    """The message does not say where it happened. Whoever reads it in the morning needs the epoch and the
    batch.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        try:
            return reference.fit(
                model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm
            )
        except RuntimeError:
            raise RuntimeError("the training loss is not finite") from None


@wrong("check_history")
class KeepsTensors:
    """The lists hold tensors. Those of the training loss keep whole graphs alive; a history is made of
    numbers.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_history")
class MeanOfBatchMeans:
    """These are means of batch means. They count each batch the same, so a sample of a small last batch
    counts more than the others.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            losses = []
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                losses.append(loss.item())
            model.eval()
            val_losses, accuracies = [], []
            with torch.no_grad():
                for x, y in val_loader:
                    logits = model(x.to(device))
                    val_losses.append(loss_fn(logits, y.to(device)).item())
                    accuracies.append((logits.argmax(1) == y.to(device)).float().mean().item())
            means = [sum(values) / len(values) for values in (losses, val_losses, accuracies)]
            note(history, *means)
        return history


@wrong("check_history")
class AccuracyInPercent:
    """The accuracy is a percentage. What is asked for is a share between 0 and 1."""

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        history = reference.fit(
            model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm
        )
        history["val_acc"] = [100 * share for share in history["val_acc"]]
        return history


@wrong("check_history")
class ValidatesBeforeTraining:
    """Validation comes before the training of its epoch. The lists then begin with the untrained model,
    and what the last epoch has changed is never seen.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            measured = evaluate(model, val_loader, loss_fn, device)
            model.train()
            loss = train(model, train_loader, optimizer, loss_fn, device, epoch, max_grad_norm)
            note(history, loss, *measured)
        return history


@wrong("check_history")
class NeverClearsTheGradients:
    """The gradients are not cleared for each batch. backward adds to what is there, so a step uses the
    gradients of the batches before it as well.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_stale_gradients")
class ClearsOnlyAtTheEnd:
    """The gradients are cleared after the step only. That is right from the second batch on, but the
    first step also uses what was left on the parameters before the call.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                optimizer.zero_grad()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_device")
class NeverMovesTheModel:
    """The model stays where it is, while the batches are moved. With a GPU the first layer then gets its
    input and its weight on different devices.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        history = empty()
        for epoch in range(epochs):
            model.train()
            loss = train(model, train_loader, optimizer, loss_fn, device, epoch, max_grad_norm)
            note(history, loss, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_device")
class NeverMovesTheBatches:
    """The batches are used where the loader put them. That works on the CPU and fails as soon as the
    model is on a GPU.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            model.eval()
            val_total, right, val_count = 0.0, 0, 0
            with torch.no_grad():
                for x, y in val_loader:
                    logits = model(x)
                    val_total += loss_fn(logits, y).item() * len(x)
                    right += (logits.argmax(1) == y).sum().item()
                    val_count += len(x)
            note(history, total / count, val_total / val_count, right / val_count)
        return history


@wrong("check_not_finite")
class ForgetsMinusInfinity:
    """The loss is compared with NaN and with infinity, but a loss may be minus infinity as well, say that
    of a log of zero. isfinite is false for all three.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                if torch.isnan(loss) or loss.item() == float("inf"):
                    raise RuntimeError(f"loss {loss.item()} in epoch {epoch}, batch {batch}")
                loss.backward()
                clip(model, max_grad_norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_frozen", shows="exception")
class ClipsWithoutLooking:
    """The norm is taken over the gradients of all parameters, also of those that have none: the grad of a
    frozen parameter is None.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            total, count = 0.0, 0
            for batch, (x, y) in enumerate(train_loader):
                x, y = x.to(device), y.to(device)
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                check_finite(loss, epoch, batch)
                loss.backward()
                if max_grad_norm is not None:
                    norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
                    for parameter in model.parameters():
                        parameter.grad *= min(1.0, max_grad_norm / norm)
                optimizer.step()
                total += loss.item() * len(x)
                count += len(x)
            note(history, total / count, *evaluate(model, val_loader, loss_fn, device))
        return history


@wrong("check_drop_last")
class DividesByTheDataset:
    """The share of right samples is taken of the data set. With drop_last or a sampler the loader gives
    fewer samples than that: count as you go.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            loss = train(model, train_loader, optimizer, loss_fn, device, epoch, max_grad_norm)
            model.eval()
            total, right, count = 0.0, 0, 0
            with torch.no_grad():
                for x, y in val_loader:
                    x, y = x.to(device), y.to(device)
                    logits = model(x)
                    total += loss_fn(logits, y).item() * len(x)
                    right += (logits.argmax(1) == y).sum().item()
                    count += len(x)
            size = len(val_loader.dataset) if hasattr(val_loader, "dataset") else count
            note(history, loss, total / count, right / size)
        return history


@wrong("check_validation_not_finite", shows="exception")
class RaisesInValidation:
    """A validation loss that is not finite raises too. It moves no parameter, so it ruins nothing: it
    belongs into the list, where it can be seen.
    """

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model.to(device)
        history = empty()
        for epoch in range(epochs):
            model.train()
            loss = train(model, train_loader, optimizer, loss_fn, device, epoch, max_grad_norm)
            val_loss, val_acc = evaluate(model, val_loader, loss_fn, device)
            check_finite(torch.tensor(val_loss), epoch, 0)
            note(history, loss, val_loss, val_acc)
        return history
