"""It normalises the rows of its inputs in their own memory, behind the back of autograd."""

# kata: performance/cosine_similarity_matrix
# says: *inputs left as they were*

import torch


def cosine_similarity_matrix(a, b, eps=1e-8):
    unit = [x / torch.linalg.vector_norm(x, dim=-1, keepdim=True).clamp(min=eps) for x in (a, b)]
    result = unit[0] @ unit[1].mT
    if not a.requires_grad:
        a.data.copy_(unit[0])
        b.data.copy_(unit[1])
    return result
