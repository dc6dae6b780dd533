import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from pytest_torchkata.checks import right

from . import reference


@right
class TransposedAndPacked:
    """Time first, packed sequences, and the final hidden state."""

    class LastStepClassifier(nn.Module):
        def __init__(self, input_size, hidden_size, num_classes):
            super().__init__()
            self.lstm = nn.LSTM(input_size, hidden_size)
            self.fc = nn.Linear(hidden_size, num_classes)

        def forward(self, x, lengths=None):
            x = x.transpose(0, 1)
            if lengths is not None:
                x = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
            _, (h, _) = self.lstm(x)
            return self.fc(h[-1])


@right
class Gathered:
    """gather with an index of the hidden size, and all lengths made explicit."""

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            B, T, _ = x.size()
            if lengths is None:
                lengths = torch.full((B,), T, dtype=torch.long, device=x.device)
            out, _state = self.lstm(x)
            idx = (lengths - 1).view(B, 1, 1).expand(-1, 1, out.size(2))
            return self.fc(out.gather(1, idx).squeeze(1))


@right
class AllStepsScored:
    """Every step is scored, and one of the scores is picked; the padding is cleared first."""

    class LastStepClassifier(reference.LastStepClassifier):
        def forward(self, x, lengths=None):
            if lengths is None:
                lengths = x.new_full((x.shape[0],), x.shape[1]).long()
            steps = torch.arange(x.shape[1], device=x.device)
            x = x.masked_fill((steps >= lengths[:, None])[..., None], 0)
            scores = self.fc(self.lstm(x)[0])
            return torch.stack([row[n - 1] for row, n in zip(scores, lengths.tolist(), strict=True)])
