import torch
from torch.nn import functional as F

from pytest_torchkata.checks import right


@right
class DividesTheGramMatrix:
    """The Gram matrix divided by the outer product of the bounded norms."""

    def cosine_similarity_matrix(a, b, eps=1e-8):
        norm_a, norm_b = a.norm(dim=1).clamp(min=eps), b.norm(dim=1).clamp(min=eps)
        return torch.mm(a, b.t()) / torch.outer(norm_a, norm_b)


@right
class Normalize:
    """F.normalize bounds each norm by eps; the product as an einsum."""

    def cosine_similarity_matrix(a, b, eps=1e-8):
        a, b = F.normalize(a, dim=1, eps=eps), F.normalize(b, dim=1, eps=eps)
        return torch.einsum("nd,md->nm", a, b)
