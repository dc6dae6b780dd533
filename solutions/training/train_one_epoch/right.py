import torch

from pytest_torchkata.checks import right


@right
class DetachedSum:
    """The sum stays a tensor without a graph, so that the loop does not wait for the device."""

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.train()
        total = torch.zeros((), device=device)
        count = 0
        for x, y in loader:
            x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
            optimizer.zero_grad(set_to_none=True)
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.detach() * x.shape[0]
            count += x.shape[0]
        return (total / count).item()


@right
class ClearsAtBothEnds:
    """The gradients are cleared before the loop and after every step, with zeros instead of None."""

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        model.to(device).train()
        model.zero_grad(set_to_none=False)
        sums, sizes = [], []
        for batch in loader:
            x, y = (tensor.to(device=device) for tensor in batch)
            prediction = model(x)
            loss = loss_fn(prediction, y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            sums.append(float(loss) * y.size(0))
            sizes.append(y.size(0))
        return sum(sums) / sum(sizes)


@right
class ClearsBetweenForwardAndBackward:
    """The gradients are cleared just before backward; train mode is set for every batch."""

    def train_one_epoch(model, loader, optimizer, loss_fn, device):
        running_loss = 0.0
        n_samples = 0
        for _, (inputs, targets) in enumerate(loader):
            model.train()
            inputs = inputs.to(device)
            targets = targets.to(device)
            loss = loss_fn(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * targets.size(0)
            n_samples += targets.size(0)
        return running_loss / n_samples
