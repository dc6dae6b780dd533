"""The network that mixes up its samples

LastStepClassifier runs without an error and every shape fits, but its accuracy depends on how the
batches are put together: the scores of a sample change with the other samples in the batch and with
their order, and short sequences are scored as if they were longer. Find out why, and repair it.

x is (B, T, input_size), floating: B sequences of T steps, padded at their end. lengths is (B,),
int64, each between 1 and T, in any order: so many steps of each sequence are real. None means that
all T are. The LSTM reads each sequence from its first step on, and fc turns the output of the LSTM
at the last real step into scores (B, num_classes).

Rules
    - The scores of a sample depend on its own real steps alone: not on other samples, not on their
      order, and not on what stands behind its length. That may be anything, NaN included.
    - They are raw scores, without softmax.
    - The attributes are called lstm and fc and have the parameters that they have now: saved state
      dicts still load.
    - Gradients reach all parameters. (With NaN in the padding, gradients are left open.)
    - x and lengths are left as they were. B = 1, T = 1 and B = T work too.

Why it is asked: the shapes around a recurrent layer fit in more than one way. Nothing raises, and
whoever looks at the loss alone sees a model that learns a little.

Example, once it is repaired
    >>> model = LastStepClassifier(input_size=2, hidden_size=3, num_classes=4)
    >>> x = torch.randn(2, 5, 2)
    >>> both = model(x, torch.tensor([5, 2]))
    >>> torch.allclose(both[:1], model(x[:1])), torch.allclose(both[1:], model(x[1:, :2]))
    (True, True)
"""

import torch
from torch import Tensor, nn


class LastStepClassifier(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, num_classes: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        batch, steps, _ = x.shape
        out, _ = self.lstm(x)  # (batch, steps, hidden)
        if lengths is None:
            lengths = torch.full((batch,), steps, device=x.device)
        last = lengths.clamp(max=steps - 1)
        return self.fc(out[torch.arange(batch, device=x.device), last])
