from torch import Tensor, nn


class MultiHead(nn.Module):
    def __init__(self, in_features: int = 128, heads: dict[str, int] | None = None) -> None:
        super().__init__()
        if heads is None:  # a dict in the signature would be one for all instances
            heads = {"sentiment": 2, "topic": 10}
        self.heads = nn.ModuleDict({task: nn.Linear(in_features, n) for task, n in heads.items()})

    def forward(self, x: Tensor, task: str) -> Tensor:
        return self.heads[task](x)
