import torch

from pytest_torchkata.checks import right


def train_one_epoch(model, loader, optimizer, loss_fn, device, epoch, max_grad_norm):
    model.train()
    total, count = torch.zeros((), device=device), 0
    for step, (x, y) in enumerate(loader, start=1):
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        loss = loss_fn(model(x), y)
        if torch.isnan(loss) or torch.isinf(loss):
            raise RuntimeError(f"Non-finite loss {loss.item()} at epoch {epoch}/{99}, batch {step}")
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        if max_grad_norm:
            gradients = [p.grad for p in model.parameters() if p.grad is not None]
            norm = torch.stack([g.pow(2).sum() for g in gradients]).sum().sqrt()
            if norm > max_grad_norm:
                for g in gradients:
                    g.mul_(max_grad_norm / norm)
        optimizer.step()
        total += loss.detach() * y.shape[0]
        count += y.shape[0]
    return (total / count).item()


@torch.inference_mode()
def evaluate(model, loader, loss_fn, device):
    before = model.training
    model.eval()
    total, correct, count = 0.0, 0, 0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device=device), targets.to(device=device)
        outputs = model(inputs)
        total += float(loss_fn(outputs, targets)) * targets.size(0)
        correct += int(outputs.max(1).indices.eq(targets).sum())
        count += targets.size(0)
    model.train(before)
    return total / count, correct / count


@right
class FromTwoParts:
    """One's own train_one_epoch and evaluate, counted from 1, with the norm computed by hand."""

    def fit(model, train_loader, val_loader, optimizer, loss_fn, device, epochs, max_grad_norm=None):
        model = model.to(device)
        history = {"train_loss": [], "val_loss": [], "val_acc": []}
        for epoch in range(1, epochs + 1):
            loss = train_one_epoch(model, train_loader, optimizer, loss_fn, device, epoch, max_grad_norm)
            val_loss, val_acc = evaluate(model, val_loader, loss_fn, device)
            history["train_loss"].append(loss)
            history["val_loss"].append(val_loss)
            history["val_acc"].append(val_acc)
        return history
