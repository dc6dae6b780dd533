import torch
from torch import nn
from torch.nn import functional as F

from pytest_torchkata.checks import right


@right
class FunctionalForm:
    """F.dropout with the mode of the module; everything but the normalisations goes into train mode."""

    class Net(nn.Module):
        def __init__(self, in_features, hidden, out_features, p=0.5):
            super().__init__()
            self.fc1 = nn.Linear(in_features, hidden)
            self.fc2 = nn.Linear(hidden, out_features)
            self.p = p

        def forward(self, x):
            return self.fc2(F.dropout(self.fc1(x).relu(), p=self.p, training=self.training))

    @torch.no_grad()
    def mc_predict(model, x, n):
        before = [(m, m.training) for m in model.modules()]
        model.train()
        for m in model.modules():
            if "Norm" in type(m).__name__:
                m.eval()
        total, squares = 0, 0
        for _ in range(n):
            out = model(x).double()
            total, squares = total + out, squares + out**2
        for m, mode in before:
            m.training = mode
        mean = total / n
        std = ((squares / n - mean**2).clamp(min=0) * n / (n - 1)).sqrt()
        return mean.to(x.dtype), std.to(x.dtype)


@right
class DropoutBeforeRelu:
    """nn.Dropout before the ReLU, which drops the same units; dropout is found by name."""

    class Net(nn.Module):
        def __init__(self, in_features, hidden, out_features, p=0.5):
            super().__init__()
            self.drop = nn.Dropout(p=p)
            self.fc1 = nn.Linear(in_features, hidden)
            self.act = nn.ReLU()
            self.fc2 = nn.Linear(hidden, out_features)

        def forward(self, x):
            x = self.fc1(x)
            x = self.drop(x)
            x = self.act(x)
            return self.fc2(x)

    def mc_predict(model, x, n):
        state = {name: module.training for name, module in model.named_modules()}
        model.eval()
        for m in model.modules():
            if m.__class__.__name__.startswith("Dropout"):
                m.train()
        with torch.inference_mode():
            preds = torch.stack([model(x) for _ in range(n)], dim=0)
            mean, std = preds.mean(dim=0), preds.std(dim=0, unbiased=True)
        for name, module in model.named_modules():
            module.training = state[name]
        return mean, std
