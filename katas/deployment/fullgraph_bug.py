"""No graph breaks, please

score and RunningScale give the right numbers in eager mode. But torch.compile with fullgraph=True
refuses both, no gradient comes back through score, and on a GPU each call waits for the device
again and again. Find out why, and repair them.

score(x, weight, threshold)
    x          (N, D), floating, N at least 1
    weight     (D,), same dtype
    threshold  a float, also a negative one
    ->         (N,), the dot product of each row with weight where it is above threshold, else 0;
               all of them divided by the largest absolute value among them, or by 1 if that is 0

RunningScale(dim, momentum)
    Divides x, (N, dim), by its buffer running_scale, (dim,), which has the dtype of x and starts at
    ones. In train mode, before dividing, the buffer moves by momentum towards the mean absolute
    value of each feature in x:

        running_scale = (1 - momentum) * running_scale + momentum * mean of |x| over the batch

    In eval mode it stays as it is. The backward of a call in train mode comes before the next call.

Rules
    - torch.compile(..., fullgraph=True) captures each as one graph, for any N, and the compiled
      results are the eager ones, running_scale included.
    - Gradients reach x and weight through score, through the divisor as well. They reach x through
      RunningScale, but not through running_scale, which keeps no graph.
    - Results have the dtype of x. Tiny scores are no zeros: 1e-20 is a fine divisor.
    - running_scale is in the state dict, and nothing else is.
    - Without calling the compiler yourself (torch.compile), and without telling it to leave
      something out or to break the graph (torch.compiler.disable, torch._dynamo.disable,
      torch._dynamo.graph_break).

Why it is asked: torch.compile takes nearly any Python, and breaks the graph in silence where it
cannot follow. The places where it breaks are those where the program waits for the device as well.

Example, once it is repaired
    >>> x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> score(x, torch.tensor([4.0, -2.0]), threshold=0.5)
    tensor([1.0000, 0.0000, 0.5000])
    >>> scale = RunningScale(2, momentum=0.5)
    >>> scale(torch.tensor([[3.0, -1.0], [3.0, 3.0]]))
    tensor([[ 1.5000, -0.6667],
            [ 1.5000,  2.0000]])
"""

import numpy as np
import torch
from torch import Tensor, nn


def score(x: Tensor, weight: Tensor, threshold: float) -> Tensor:
    scores = []
    for row in x:
        value = (row @ weight).item()
        scores.append(value if value > threshold else 0.0)
    largest = np.abs(np.array(scores)).max()
    print(f"largest score: {largest:.3f}")
    if largest == 0:
        largest = 1.0
    return torch.tensor(scores, dtype=x.dtype) / largest


class RunningScale(nn.Module):
    running_scale: Tensor

    def __init__(self, dim: int, momentum: float = 0.1) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("running_scale", torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            old = self.running_scale.tolist()
            new = [float(feature.abs().mean()) for feature in x.T]
            mixed = [(1 - self.momentum) * a + self.momentum * b for a, b in zip(old, new)]
            self.running_scale = torch.tensor(mixed, dtype=x.dtype)
        return x / self.running_scale
