import torch

from pytest_torchkata.checks import wrong


@wrong("check_weights")
class NeverClearsTheGradients:
    """The gradients are not cleared for each batch. backward adds to what is there, so a step uses
    the gradients of the batches before it as well.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count


@wrong("check_weights")
class ClearsAfterBackward:
    """No weight has moved: there was no step, or no gradient when it came. If all the lines are there,
    look at what zero_grad throws away where it stands.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count


@wrong("check_weights")
class StepsOncePerEpoch:
    """The optimizer steps once, after the loop, with whatever gradient the last batch left. The
    step belongs to the batch: look at how far it is indented.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            total += loss.item() * x.size(0)
            count += x.size(0)
        optimizer.step()
        return total / count


@wrong("check_weights", shows="exception")
class ForwardWithoutGradients:
    """The forward pass runs under no_grad, as in an evaluation. Without a graph, backward has
    nothing to go back through.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            with torch.no_grad():
                loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count


@wrong("check_average")
class MeanOfBatchMeans:
    """This is the mean of the batch means. It counts each batch the same, so a sample of a small
    last batch counts more than the others.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        running_loss = 0.0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
        return running_loss / len(loader)


@wrong("check_average")
class DividesByTheDataset:
    """The sum is divided by the size of the dataset. With drop_last or a sampler the loader gives
    fewer samples than that, and a list or a generator has no dataset: count as you go.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        running_loss = 0.0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * x.size(0)
        return running_loss / len(loader.dataset)


@wrong("check_average")
class ReturnsTheLastLoss:
    """This is the loss of the last batch. The average is over all samples of the epoch, so
    something has to be added up from batch to batch.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
        return loss.item()


@wrong("check_stale_gradients")
class ClearsOnlyAtTheEnd:
    """The gradients are cleared only after the step. That is right from the second batch on, but
    the first step also uses what was left on the parameters before the call.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count


@wrong("check_train_mode")
class LeavesTheMode:
    """Nothing puts the model into train mode. After an evaluation it is still in eval mode, so
    dropout does nothing and batch norm no longer updates its running statistics.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count


@wrong("check_train_mode")
class TrainsInEvalMode:
    """The model is put into eval mode for the epoch. Dropout does nothing and batch norm uses its
    running statistics instead of the batch's: that is for evaluation.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.eval()
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count


@wrong("check_calls")
class CallsForward:
    """model.forward(x) computes the same, but skips the hooks that model(x) runs. Whatever relies on
    hooks, such as recording activations, silently stops working.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model.forward(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count


@wrong("check_graphs")
class AddsUpLossTensors:
    """The loss tensors themselves are added up. Each holds on to its graph, so the graphs of all
    batches stay in memory until the end. Add up plain numbers, or detached tensors.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss * x.size(0)
            count += x.size(0)
        return (total / count).item()


@wrong("check_device")
class ForgetsWhatToReturns:
    """to() is called, but its result is dropped. A tensor is not moved in place, as a module is:
    to() returns a new one, and x and y are where they were.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            x.to(device)
            y.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count


@wrong("check_device")
class NeverMovesTheBatch:
    """The batches are used where the loader put them, and device goes unused. That works on the CPU
    and fails as soon as the model is on a GPU.
    """

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total, count = 0.0, 0
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * x.size(0)
            count += x.size(0)
        return total / count
