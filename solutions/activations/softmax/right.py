import torch

from pytest_torchkata.checks import right


@right
class FromLogsumexp:
    """Everything from logsumexp, with the maximum kept in the graph."""

    def my_logsumexp(x, dim=-1, keepdim=False):
        m = torch.max(x, dim=dim, keepdim=True)[0]
        m = torch.where(torch.isinf(m), torch.zeros_like(m), m)
        result = m + torch.log(torch.sum(torch.exp(x - m), dim=dim, keepdim=True))
        return result if keepdim else result.squeeze(dim)

    def my_log_softmax(x, dim=-1):
        return x - FromLogsumexp.my_logsumexp(x, dim, keepdim=True)

    def my_softmax(x, dim=-1):
        return torch.exp(FromLogsumexp.my_log_softmax(x, dim))


@right
class DetachedMaximum:
    """A detached maximum, kept finite by clamping, and float32 inside."""

    def my_softmax(x, dim=-1):
        z = x.float() if x.dtype.itemsize < 4 else x
        z = z - z.detach().max(dim, keepdim=True).values
        return (z.exp() / z.exp().sum(dim=dim, keepdim=True)).to(x.dtype)

    def my_log_softmax(x, dim=-1):
        z = x.float() if x.dtype.itemsize < 4 else x
        z = z - z.detach().max(dim, keepdim=True).values
        return (z - z.exp().sum(dim=dim, keepdim=True).log()).to(x.dtype)

    def my_logsumexp(x, dim=-1, keepdim=False):
        m = x.detach().amax(dim, keepdim=True).clamp(min=torch.finfo(x.dtype).min)
        total = (x - m).exp().sum(dim, keepdim=keepdim)
        return total.log() + (m if keepdim else m.squeeze(dim))
