"""It makes the double loop slow, to which its own time is relative."""

# kata: performance/cosine_similarity_matrix
# says: *Your code replaced *

import time

import torch

norm = torch.Tensor.norm


def slow_norm(self, *args, **options):
    time.sleep(0.0005)
    return norm(self, *args, **options)


torch.Tensor.norm = slow_norm


def cosine_similarity_matrix(a, b, eps=1e-8):
    time.sleep(0.4)
    unit = [x / torch.linalg.vector_norm(x, dim=-1, keepdim=True).clamp(min=eps) for x in (a, b)]
    return unit[0] @ unit[1].mT
