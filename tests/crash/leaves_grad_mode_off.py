"""Gradients are switched off for an evaluation and not on again."""

# kata: training/evaluate
# says: *record*

import torch


def evaluate(model, loader, criterion, device):
    torch.set_grad_enabled(False)
    model.eval()
    loss, hits, n = 0.0, 0, 0
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        logits = model(x)
        loss += criterion(logits, y).item() * len(y)
        hits += (logits.argmax(1) == y).sum().item()
        n += len(y)
    if n == 0:
        raise ValueError("the loader yields nothing")
    return loss / n, hits / n


def validate(model, loader, loss_fn, device):
    return evaluate(model, loader, loss_fn, device)
