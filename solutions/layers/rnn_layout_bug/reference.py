import torch
from torch import Tensor, nn


class LastStepClassifier(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, num_classes: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        out, _ = self.lstm(x)  # (B, T, hidden)
        if lengths is None:
            return self.fc(out[:, -1])
        # The output at a step knows nothing of later ones, so padding cannot reach what is picked.
        return self.fc(out[torch.arange(len(x), device=x.device), lengths - 1])
