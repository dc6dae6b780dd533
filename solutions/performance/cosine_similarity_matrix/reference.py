import torch
from torch import Tensor


def cosine_similarity_matrix(a: Tensor, b: Tensor, eps: float = 1e-8) -> Tensor:
    return _unit_rows(a, eps) @ _unit_rows(b, eps).mT


def _unit_rows(x: Tensor, eps: float) -> Tensor:
    # vector_norm has the gradient 0 at a zero row; sqrt(sum of squares) would give NaN there.
    return x / torch.linalg.vector_norm(x, dim=-1, keepdim=True).clamp(min=eps)
