import torch

from pytest_torchkata.checks import wrong


def train(model, batches, optimizer, loss_fn):
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()


def measure(model, batches, loss_fn):
    total, count = 0.0, 0
    for x, y in batches:
        total += loss_fn(model(x), y).item() * len(x)
        count += len(x)
    return total / count


@wrong("check_modes")
class AsItWas:
    """eval() still comes after the validation that it is meant for: the first validation runs in train
    mode, and everything after it in eval mode.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        model.train()
        losses = []
        for _ in range(epochs):
            train(model, train_batches, optimizer, loss_fn)
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
                model.eval()
        return losses


@wrong("check_modes")
class TrainsFirstEpochOnly:
    """train() runs once, before the first epoch. The first validation switches to eval mode, and
    nothing switches back: from the second epoch on, training runs in eval mode.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        if epochs:
            model.train()
        losses = []
        for _ in range(epochs):
            train(model, train_batches, optimizer, loss_fn)
            model.eval()
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_modes")
class NoWayBack:
    """Validation switches to eval mode, and nothing ever switches to train mode. The first epoch
    trains in whatever mode the model came in, all others in eval mode.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            train(model, train_batches, optimizer, loss_fn)
            model.eval()
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_modes")
class NoGradInsteadOfEval:
    """no_grad only stops the recording of gradients. Dropout and batch norm do not ask for it: they
    ask for the mode, which is still train mode during validation.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_modes")
class EvalModeThroughout:
    """The model trains in eval mode. Dropout then does nothing, and batch norm uses its running
    statistics without ever updating them.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.eval()
            train(model, train_batches, optimizer, loss_fn)
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_modes")
class RestoresTheModeItCameIn:
    """Validation puts the mode back that it found, but training never asks for its own. A model that
    comes in eval mode is trained in eval mode, in all epochs.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            train(model, train_batches, optimizer, loss_fn)
            before = model.training
            model.eval()
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
            model.train(before)
        return losses


@wrong("check_modes")
class EvalAfterTheFirstBatch:
    """The mode is set only for the first batch of each phase, or in the wrong inner loop: within one
    phase it must not change.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
            total, count = 0.0, 0
            with torch.no_grad():
                for x, y in val_batches:
                    total += loss_fn(model(x), y).item() * len(x)
                    count += len(x)
                    model.eval()
            losses.append(total / count)
        return losses


@wrong("check_modes")
class SetsTheFlagOfTheModelOnly:
    """model.training = False changes the flag of the outermost module only. The layers inside have
    flags of their own, and only eval() and train() reach them.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
            model.training = False
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
            model.training = True
        return losses


@wrong("check_modes")
class SetsTheModeOfTheChildrenOnly:
    """eval() is called on the layers inside the model, but not on the model itself. Its own flag still
    says train, and a forward with F.dropout(x, training=self.training) reads that one.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
            for layer in model.children():
                layer.eval()
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_losses")
class ValidatesBeforeTraining:
    """The loss is measured before the training of its epoch. The list then begins with the untrained
    model, and what the last epoch has changed is never seen.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.eval()
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
            model.train()
            train(model, train_batches, optimizer, loss_fn)
        return losses


@wrong("check_losses")
class MeanOfBatchMeans:
    """This is the mean of the batch means. It counts each batch the same, so a sample of a small batch
    counts more than the others.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
            model.eval()
            with torch.no_grad():
                means = [loss_fn(model(x), y).item() for x, y in val_batches]
            losses.append(sum(means) / len(means))
        return losses


@wrong("check_losses")
class KeepsTensors:
    """The list holds tensors. A loss of an epoch is a number: take it out with item()."""

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
            model.eval()
            with torch.no_grad():
                total = sum(loss_fn(model(x), y) * len(x) for x, y in val_batches)
            losses.append(total / sum(len(x) for x, _ in val_batches))
        return losses


@wrong("check_losses")
class LastEpochOnly:
    """One validation after the last epoch is not enough: there is one loss for each epoch."""

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
        if epochs:
            model.eval()
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_no_graph")
class EvalInsteadOfNoGrad:
    """eval() changes what dropout and batch norm do, and nothing else. The graph is recorded all the
    same, which costs memory and time.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
            model.eval()
            losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_no_graph")
class LeavesRecordingOff:
    """set_grad_enabled(False) holds until somebody switches it on again. After the last epoch nobody
    does, and whatever the caller trains next has no graph.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            torch.set_grad_enabled(True)
            train(model, train_batches, optimizer, loss_fn)
            model.eval()
            torch.set_grad_enabled(False)
            losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_losses", shows="exception")
class TrainsWithoutGradients:
    """Recording of gradients is off while the model trains. Without a graph, backward has nothing to go
    back through.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            model.train()
            train(model, train_batches, optimizer, loss_fn)
            model.eval()
            torch.set_grad_enabled(False)
            losses.append(measure(model, val_batches, loss_fn))
        return losses


@wrong("check_no_epochs")
class TouchesTheModeWithoutEpochs:
    """The mode is set outside of the loop over epochs, so it changes even where there is nothing to
    do. With no epochs it has to stay as it was.
    """

    def fit(model, train_batches, val_batches, optimizer, loss_fn, epochs):
        model.train()
        losses = []
        for _ in range(epochs):
            train(model, train_batches, optimizer, loss_fn)
            model.eval()
            with torch.no_grad():
                losses.append(measure(model, val_batches, loss_fn))
            model.train()
        return losses
