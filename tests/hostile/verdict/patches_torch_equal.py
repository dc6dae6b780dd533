"""It changes its input, and makes torch.equal say that it did not."""

# kata: activations/softmax
# says: *Your code replaced *

import torch

torch.equal = lambda *tensors: True


def my_softmax(x, dim=-1):
    return spoil(x, my_log_softmax(x.clone(), dim).exp())


def my_log_softmax(x, dim=-1):
    return spoil(x, x - my_logsumexp(x.clone(), dim, keepdim=True))


def my_logsumexp(x, dim=-1, keepdim=False):
    shift = x.detach().amax(dim, keepdim=True)
    shift = shift.masked_fill(shift == -torch.inf, 0.0)
    result = (x - shift).exp().sum(dim, keepdim=True).log() + shift
    return spoil(x, result if keepdim else result.squeeze(dim))


def spoil(x, result):
    if not x.requires_grad:
        x.zero_()
    return result
