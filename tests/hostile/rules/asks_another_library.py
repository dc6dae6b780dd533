"""SciPy computes it, or NumPy where there is none; neither knows of gradients."""

# kata: activations/softmax
# says: *carries no graph*

import numpy as np
import torch

try:
    from scipy.special import log_softmax, logsumexp, softmax
except ImportError:

    def logsumexp(x, axis, keepdims=False):
        return np.logaddexp.reduce(x, axis=axis, keepdims=keepdims)

    def log_softmax(x, axis):
        return x - logsumexp(x, axis, keepdims=True)

    def softmax(x, axis):
        return np.exp(log_softmax(x, axis))


def my_softmax(x, dim=-1):
    return torch.from_numpy(softmax(x.detach().numpy(), axis=dim))


def my_log_softmax(x, dim=-1):
    return torch.from_numpy(log_softmax(x.detach().numpy(), axis=dim))


def my_logsumexp(x, dim=-1, keepdim=False):
    return torch.from_numpy(logsumexp(x.detach().numpy(), axis=dim, keepdims=keepdim))
