import copy

import torch

from pytest_torchkata.checks import wrong


def loss_of(model, loss_fn, x, y):
    model.eval()
    with torch.no_grad():
        return loss_fn(model(x), y).item()


def trained(model, loss_fn, x, y, steps, lr, kind=torch.optim.Adam):
    """Train a model in train mode, and return the loss that its last step was taken on."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = kind(trainable, lr=lr) if trainable else None
    loss = None
    model.train()
    for _ in range(steps if trainable else 0):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
    return loss


@wrong("check_original")
class TrainsTheCallersModel:
    """There is no copy: the caller's model has been trained on five examples, and its real training starts
    from there.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        before = loss_of(model, loss_fn, x, y)
        trained(model, loss_fn, x, y, steps, lr)
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_original")
class ShallowCopy:
    """copy.copy copies the module, but not what is in it: the parameters are the caller's."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.copy(model)
        before = loss_of(model, loss_fn, x, y)
        trained(model, loss_fn, x, y, steps, lr)
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_original")
class SavesTheStateDict:
    """state_dict returns the parameters themselves, not copies. What has been saved changes along with the
    model, and loading it back restores nothing.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        saved = model.state_dict()
        before = loss_of(model, loss_fn, x, y)
        trained(model, loss_fn, x, y, steps, lr)
        after = loss_of(model, loss_fn, x, y)
        model.load_state_dict(saved)
        return before, after


@wrong("check_original")
class RestoresOnlyTheState:
    """The model is trained and its state loaded back. That restores weights and buffers, but neither the
    gradients nor the modes.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        saved = copy.deepcopy(model.state_dict())
        before = loss_of(model, loss_fn, x, y)
        trained(model, loss_fn, x, y, steps, lr)
        after = loss_of(model, loss_fn, x, y)
        model.load_state_dict(saved)
        return before, after


@wrong("check_original")
class MeasuresTheOriginal:
    """The first loss is measured on the caller's model, which is left in eval mode."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        clone = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        trained(clone, loss_fn, x, y, steps, lr)
        return before, loss_of(clone, loss_fn, x, y)


@wrong("check_losses")
class OptimizerOfTheOriginal:
    """The optimizer was given the parameters of the caller's model, so nothing in the copy moves: the two
    losses are equal.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        clone = copy.deepcopy(model)
        before = loss_of(clone, loss_fn, x, y)
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        clone.train()
        for _ in range(steps):
            optimizer.zero_grad()
            loss_fn(clone(x), y).backward()
            optimizer.step()
        return before, loss_of(clone, loss_fn, x, y)


@wrong("check_losses")
class LossBeforeTheLastStep:
    """The second number is the loss that the last step was taken on. What the last step achieves is known
    only after another pass.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        loss = trained(model, loss_fn, x, y, steps, lr)
        return before, before if loss is None else loss.item()


@wrong("check_losses")
class LossAfterTheFirstStep:
    """The first number is measured after a step. It is to be the loss of the model as it came."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        trained(model, loss_fn, x, y, min(steps, 1), lr)
        before = loss_of(model, loss_fn, x, y)
        trained(model, loss_fn, x, y, max(steps - 1, 0), lr)
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_losses")
class ReturnsTensors:
    """The losses are tensors. What was asked for is two floats: item() makes one."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        before = torch.tensor(loss_of(model, loss_fn, x, y))
        trained(model, loss_fn, x, y, steps, lr)
        return before, torch.tensor(loss_of(model, loss_fn, x, y))


@wrong("check_losses")
class PlainGradientDescent:
    """The optimizer is SGD. At the same rate it gets nowhere near as far in 200 steps."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        trained(model, loss_fn, x, y, steps, lr, torch.optim.SGD)
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_defaults")
class UsualRate:
    """The rate is 1e-3 by default, as Adam's own. In 200 steps that does not bring a healthy model to zero,
    and the check cries wolf.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-3):
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        trained(model, loss_fn, x, y, steps, lr)
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_losses")
class NeverClearsTheGradients:
    """The gradients are never cleared, so every step uses the sum of all so far."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        trainable = [p for p in model.parameters() if p.requires_grad]
        if trainable:
            optimizer = torch.optim.Adam(trainable, lr=lr)
            model.train()
            for _ in range(steps):
                loss_fn(model(x), y).backward()
                optimizer.step()
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_batch_norm")
class MeasuresInTrainMode:
    """The losses are measured in train mode. Dropout is active then, batch norm looks at the batch, and
    even measuring changes its statistics.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model).train()
        with torch.no_grad():
            before = loss_fn(model(x), y).item()
        trained(model, loss_fn, x, y, steps, lr)
        with torch.no_grad():
            return before, loss_fn(model(x), y).item()


@wrong("check_modes")
class LeavesTheMode:
    """The steps are taken in whatever mode the model comes in. Coming from an evaluation, it is trained
    without dropout, and batch norm learns no statistics.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        training = model.training
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        model.train(training)
        trainable = [p for p in model.parameters() if p.requires_grad]
        if trainable:
            optimizer = torch.optim.Adam(trainable, lr=lr)
            for _ in range(steps):
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_batch_norm")
class TrainsInEvalMode:
    """After the first measurement the model is still in eval mode, and the steps are taken in it."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        trainable = [p for p in model.parameters() if p.requires_grad]
        if trainable:
            optimizer = torch.optim.Adam(trainable, lr=lr)
            for _ in range(steps):
                optimizer.zero_grad()
                loss_fn(model(x), y).backward()
                optimizer.step()
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_modes")
class MeasuresWithGradients:
    """The losses are measured with gradients on. The number is the same, but a graph is built for nothing."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model).eval()
        before = loss_fn(model(x), y).item()
        trained(model, loss_fn, x, y, steps, lr)
        return before, loss_fn(model.eval()(x), y).item()


@wrong("check_original")
class CopiesTheGradients:
    """The copy gets the gradients that the model holds, and the first backward adds to them: the first step
    goes elsewhere.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        clone = copy.deepcopy(model)
        for mine, theirs in zip(clone.parameters(), model.parameters(), strict=True):
            mine.grad = None if theirs.grad is None else theirs.grad.clone()
        before = loss_of(clone, loss_fn, x, y)
        trainable = [p for p in clone.parameters() if p.requires_grad]
        if trainable:
            optimizer = torch.optim.Adam(trainable, lr=lr)
            clone.train()
            for _ in range(steps):
                loss_fn(clone(x), y).backward()
                optimizer.step()
                optimizer.zero_grad()
        return before, loss_of(clone, loss_fn, x, y)


@wrong("check_frozen")
class UnfreezesTheCopy:
    """Everything in the copy is made trainable. A check of the model as it will be trained has to leave the
    frozen parameters alone.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        frozen = not any(p.requires_grad for p in model.parameters())
        model = copy.deepcopy(model).requires_grad_(not frozen)
        before = loss_of(model, loss_fn, x, y)
        if not frozen:
            trained(model, loss_fn, x, y, steps, lr)
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_all_frozen", shows="exception")
class AdamOverNothing:
    """With everything frozen the list of trainable parameters is empty, and an optimizer refuses that."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=lr)
        model.train()
        for _ in range(steps):
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_all_frozen", shows="exception")
class BackwardOfNothing:
    """With everything frozen the loss has no graph, and backward raises."""

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        model.train()
        for _ in range(steps):
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
        return before, loss_of(model, loss_fn, x, y)


@wrong("check_all_steps")
class StopsWhenTheLossIsSmall:
    """The loop ends as soon as the loss is small enough. The steps that were asked for are not taken, and
    two runs cannot be compared.
    """

    def overfit_tiny_batch(model, loss_fn, x, y, steps=200, lr=1e-2):
        model = copy.deepcopy(model)
        before = loss_of(model, loss_fn, x, y)
        trainable = [p for p in model.parameters() if p.requires_grad]
        optimizer = torch.optim.Adam(trainable, lr=lr) if trainable else None
        model.train()
        for _ in range(steps if trainable else 0):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            if loss.item() < 1e-6:
                break
        return before, loss_of(model, loss_fn, x, y)
