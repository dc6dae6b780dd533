import torch

from pytest_torchkata.checks import wrong


@wrong("check_weights")
class AsItWas:
    """zero_grad still runs once per epoch and after backward: the first batch of every epoch has no
    effect, and each later one is added to those before it.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for step, (x, y) in enumerate(loader):
                loss = loss_fn(model(x), y)
                loss.backward()
                if step == 0:
                    optimizer.zero_grad()
                optimizer.step()
                losses.append(loss.item())
        return losses


@wrong("check_weights")
class ClearsBetweenBackwardAndStep:
    """The weights never move. zero_grad comes between backward and step, so the gradients are gone
    when step reads them.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.zero_grad()
                optimizer.step()
                losses.append(loss.item())
        return losses


@wrong("check_weights")
class NeverClears:
    """Nothing clears the gradients. backward adds to what is there, so every step uses the sum of
    the gradients of all batches so far.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses


@wrong("check_weights")
class ClearsOncePerEpoch:
    """The gradients are cleared only once per epoch. Within an epoch they still pile up: the step of
    the second batch uses the gradient of the first as well, and so on.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            optimizer.zero_grad()
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses


@wrong("check_weights")
class StepsBeforeBackward:
    """The weights never move. step comes before backward, so the gradients are not there yet when
    step reads them.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                optimizer.step()
                loss.backward()
                losses.append(loss.item())
        return losses


@wrong("check_weights", shows="exception")
class StepsBetweenForwardAndBackward:
    """step comes before backward and works with what the batch before left. It changes the weights
    in place that the forward pass has just used, and backward notices.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                loss = loss_fn(model(x), y)
                optimizer.step()
                optimizer.zero_grad()
                loss.backward()
                losses.append(loss.item())
        return losses


@wrong("check_losses")
class LossAfterTheStep:
    """The loss is computed once more after the step, with the new weights. It looks better than what
    the step was taken on, and costs a second forward pass.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
                with torch.no_grad():
                    losses.append(loss_fn(model(x), y).item())
        return losses


@wrong("check_losses")
class KeepsLossTensors:
    """The loss tensors themselves go into the list. Each holds on to the graph of its batch, so
    memory grows with every step: store a plain number.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss)
        return losses


@wrong("check_losses")
class OneLossPerEpoch:
    """There is one number per epoch. What is asked for is the loss of every batch: look at how far
    the append is indented.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
            losses.append(loss.item())
        return losses


@wrong("check_stale_gradients")
class ClearsOnlyAtTheEnd:
    """The gradients are cleared after the step only. That is right from the second batch on, but the
    first step also uses what the caller left on the parameters.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                losses.append(loss.item())
        return losses


@wrong("check_subset")
class UpdatesEveryParameter:
    """An optimizer over all parameters of the model is built inside. The one that you were given
    decides which parameters move, and how.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        optimizer = type(optimizer)(model.parameters(), **optimizer.defaults)
        losses = []
        for _ in range(epochs):
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses


@wrong("check_new_batches")
class CachesTheBatches:
    """The batches are put into a list once, and every epoch runs over it. A loader that shuffles or
    augments anew is then asked once, and all epochs are the same.
    """

    def train(model, loader, optimizer, loss_fn, epochs):
        batches, losses = list(loader), []
        for _ in range(epochs):
            for x, y in batches:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        return losses
