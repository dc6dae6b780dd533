import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_one_batch")
class ArgmaxOverTheSamples:
    """The argmax is taken over dimension 0, the samples. It names the sample with the largest logit
    for each class; the predicted class of each sample is the argmax over the classes.
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=0) == y).sum().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_one_batch")
class ReturnsTensors:
    """The sums are tensors and so are the results. Whoever logs or compares them gets tensors; turn
    them into plain numbers with item().
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y) * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_one_batch")
class AccuracyInPercent:
    """The accuracy is in percent. What is asked for is a share between 0 and 1."""

    def evaluate(model, loader, criterion, device):
        loss, accuracy = reference.evaluate(model, loader, criterion, device)
        return loss, 100 * accuracy


@wrong("check_loss")
class MeanOfBatchMeans:
    """The loss is the mean of the batch means. It counts each batch the same, so a sample of a small
    last batch counts more than the others.
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item()
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / len(loader), correct / count


@wrong("check_loss")
class DividesByTheDataset:
    """The sums are divided by the size of the dataset. With drop_last or a sampler the loader gives
    fewer samples than that, and a list or a generator has no dataset: count as you go.
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        model.eval()
        total, correct = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
        return total / len(loader.dataset), correct / len(loader.dataset)


@wrong("check_accuracy")
class MeanOfBatchAccuracies:
    """The accuracy is averaged over batches. It counts each batch the same, so a sample of a small
    last batch counts more than the others.
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        model.eval()
        total, accuracy, count = 0.0, 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            accuracy += (logits.argmax(dim=1) == y).float().mean().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, accuracy / len(loader)


@wrong("check_eval_mode")
class ForgetsEvalMode:
    """Nothing puts the model into eval mode; no_grad does not. Dropout still drops, batch norm uses
    the statistics of the batch, and it even updates its running statistics with validation data.
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_no_graph")
class RecordsGradients:
    """Only eval mode is set. It changes what dropout and batch norm do, but autograd still records
    every forward pass, which costs memory and time.
    """

    def evaluate(model, loader, criterion, device):
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_no_graph")
class DetachesTheLogits:
    """The logits are detached, but only once the model has run: its graph was recorded all the same.
    Recording has to be off while the model runs.
    """

    def evaluate(model, loader, criterion, device):
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x).detach()
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_gradients")
class ClearsTheGradients:
    """zero_grad is part of a training step. Here it throws away gradients that the caller may still
    want, such as those it is accumulating over several batches.
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        model.eval()
        model.zero_grad()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_gradient_mode")
class LeavesRecordingOff:
    """set_grad_enabled(False), called as a function, stays in force after your function has
    returned. The training that follows then finds no graph and fails.
    """

    def evaluate(model, loader, criterion, device):
        torch.set_grad_enabled(False)
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_gradient_mode")
class TurnsRecordingOn:
    """Recording is switched off by hand and on again at the end. That is wrong for a caller who had
    it off, and an error in between leaves it off: let a with block or a decorator do it.
    """

    def evaluate(model, loader, criterion, device):
        torch.set_grad_enabled(False)
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        torch.set_grad_enabled(True)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_no_samples")
class DividesByZero:
    """Without samples this divides by zero. The error comes from the arithmetic and does not say
    what is wrong: look at the count first, and name the problem.
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        return total / count, correct / count


@wrong("check_device")
class ForgetsWhatToReturns:
    """to() is called, but its result is dropped. A tensor is not moved in place, as a module is:
    to() returns a new one, and x and y are where they were.
    """

    @torch.no_grad()
    def evaluate(model, loader, criterion, device):
        model.eval()
        total, correct, count = 0.0, 0, 0
        for x, y in loader:
            x.to(device)
            y.to(device)
            logits = model(x)
            total += criterion(logits, y).item() * y.size(0)
            correct += (logits.argmax(dim=1) == y).sum().item()
            count += y.size(0)
        if count == 0:
            raise ValueError("no samples")
        return total / count, correct / count


@wrong("check_validate")
class ValidateReturnsTheLoss:
    """validate returns the loss alone. It does the same as evaluate, so it returns the pair of loss
    and accuracy.
    """

    def validate(model, loader, loss_fn, device):
        return reference.evaluate(model, loader, loss_fn, device)[0]
