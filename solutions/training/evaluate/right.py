import torch
from torch import nn

from pytest_torchkata.checks import right


@right
class InferenceMode:
    """inference_mode as a decorator, one name an alias of the other, the mode put back."""

    @torch.inference_mode()
    def evaluate(model, loader, criterion, device):
        was_training = model.training
        model.eval()
        losses, hits = [], []
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            logits = model(x)
            losses += [criterion(logits, y).item()] * len(x)
            hits += (logits.max(-1).indices == y).tolist()
        model.train(was_training)
        if not hits:
            raise ValueError("nothing to evaluate")
        return sum(losses) / len(losses), sum(hits) / len(hits)

    validate = evaluate


@right
class EveryModeBack:
    """A with block, sums on the device, and every submodule's mode put back."""

    def evaluate(model: nn.Module, loader, criterion, device):
        modes = {module: module.training for module in model.modules()}
        model.eval()
        total = torch.zeros((), dtype=torch.float64, device=device)
        correct = torch.zeros((), dtype=torch.long, device=device)
        count = 0
        try:
            for inputs, labels in loader:
                inputs = inputs.to(device)
                labels = labels.to(device)
                with torch.no_grad():
                    outputs = model(inputs)
                    total += criterion(outputs, labels) * inputs.shape[0]
                    correct += outputs.argmax(1).eq(labels).sum()
                count += inputs.shape[0]
        finally:
            for module, mode in modes.items():
                module.training = mode
        if not count:
            raise ValueError("nothing to evaluate")
        return (total / count).item(), (correct / count).item()
