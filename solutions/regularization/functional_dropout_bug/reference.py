import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int, p: float = 0.5) -> None:
        super().__init__()
        self.fc1 = nn.Linear(in_features, hidden)
        self.fc2 = nn.Linear(hidden, out_features)
        self.dropout = nn.Dropout(p)  # a module: train() and eval() reach it

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(self.dropout(F.relu(self.fc1(x))))


def mc_predict(model: nn.Module, x: Tensor, n: int) -> tuple[Tensor, Tensor]:
    modes = {module: module.training for module in model.modules()}
    model.eval()
    for module in modes:
        if isinstance(module, nn.Dropout):
            module.train()
    try:
        with torch.no_grad():
            results = torch.stack([model(x) for _ in range(n)])
    finally:
        for module, training in modes.items():
            module.training = training  # train() would set the modules inside as well
    return results.mean(0), results.std(0)
