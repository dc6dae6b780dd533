"""From double loop to one matrix product

Return the matrix of cosine similarities between the rows of a and the rows of b.

    a    (N, D), floating
    b    (M, D), same dtype
    eps  lower bound for each row's Euclidean norm
    ->   (N, M), entry [i, j] is  a[i] @ b[j] / (max(|a[i]|, eps) * max(|b[j]|, eps))

Here is a version that is right, and slow:

    def naive(a, b, eps=1e-8):
        out = a.new_zeros(len(a), len(b))
        for i in range(len(a)):
            for j in range(len(b)):
                norms = a[i].norm().clamp(min=eps) * b[j].norm().clamp(min=eps)
                out[i, j] = (a[i] @ b[j]) / norms
        return out

Rules
    - At least twenty times faster than the naive version for N = M = 200, and no loop over rows: the
      number of torch operations does not grow with N or M.
    - No tensor of N * M * D elements is built.
    - A row of zeros gives zeros, and finite gradients. float32 rows with entries up to 1e15 give right
      values. N and M may be 0 or 1. The inputs stay as they are.
    - Without torch's own cosine similarity (F.cosine_similarity, nn.CosineSimilarity) and its loss.

Why it is asked: it shows whether you see the matrix product in a double loop, and what you do about a
norm of zero.

Example
    >>> a = torch.tensor([[3.0, 4.0], [0.0, 0.0]])
    >>> b = torch.tensor([[3.0, 4.0], [-4.0, 3.0], [5.0, 0.0]])
    >>> cosine_similarity_matrix(a, b)
    tensor([[1.0000, 0.0000, 0.6000],
            [0.0000, 0.0000, 0.0000]])
"""

import torch
from torch import Tensor


def cosine_similarity_matrix(a: Tensor, b: Tensor, eps: float = 1e-8) -> Tensor:
    raise NotImplementedError
