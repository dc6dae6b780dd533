import torch

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_memory")
class Broadcasts:
    """Every row of a is multiplied with every row of b before anything is summed: a tensor D times as
    large as the result. A matrix product sums as it goes.
    """

    def cosine_similarity_matrix(a, b, eps=1e-8):
        a, b = reference._unit_rows(a, eps), reference._unit_rows(b, eps)
        return (a[:, None] * b[None]).sum(-1)


@wrong("check_values")
class NormsOverColumns:
    """The norms are taken over dimension 0. That is one norm per column; each row needs its own."""

    def cosine_similarity_matrix(a, b, eps=1e-8):
        a = a / torch.linalg.vector_norm(a, dim=0, keepdim=True).clamp(min=eps)
        b = b / torch.linalg.vector_norm(b, dim=0, keepdim=True).clamp(min=eps)
        return a @ b.mT


@wrong("check_no_loop")
class OneLoopLeft:
    """One of the two loops is gone, and the other still calls torch once for every row of a."""

    def cosine_similarity_matrix(a, b, eps=1e-8):
        a, b = reference._unit_rows(a, eps), reference._unit_rows(b, eps)
        return torch.stack([b @ row for row in a]) if len(a) else a @ b.mT


@wrong("check_speed")
class DoubleLoop:
    """This is the double loop. Each pair costs several calls into torch, and the calls, not the
    arithmetic, take the time.
    """

    def cosine_similarity_matrix(a, b, eps=1e-8):
        out = a.new_zeros(len(a), len(b))
        for i in range(len(a)):
            for j in range(len(b)):
                norms = a[i].norm().clamp(min=eps) * b[j].norm().clamp(min=eps)
                out[i, j] = (a[i] @ b[j]) / norms
        return out


@wrong("check_no_loop")
class LoopsOverUnitRows:
    """The norms are out of the loop, and it is faster for it. It is still a call into torch for every
    pair: double the rows on both sides, and there are four times as many.
    """

    def cosine_similarity_matrix(a, b, eps=1e-8):
        a, b = reference._unit_rows(a, eps), reference._unit_rows(b, eps)
        if not len(a) or not len(b):
            return a @ b.mT
        return torch.stack([torch.stack([row @ other for other in b]) for row in a])


@wrong("check_zero_rows")
class DividesByZero:
    """The norm of a zero row is zero, and zero divided by zero is NaN. eps is there to bound the norm."""

    def cosine_similarity_matrix(a, b, eps=1e-8):
        return (a / a.norm(dim=-1, keepdim=True)) @ (b / b.norm(dim=-1, keepdim=True)).mT


@wrong("check_zero_rows")
class SquareRootOfZero:
    """The values are right, but the square root has an infinite slope at zero. The bound multiplies it
    by zero, and the gradient of a zero row is NaN.
    """

    def cosine_similarity_matrix(a, b, eps=1e-8):
        a = a / (a * a).sum(-1, keepdim=True).sqrt().clamp(min=eps)
        b = b / (b * b).sum(-1, keepdim=True).sqrt().clamp(min=eps)
        return a @ b.mT


@wrong("check_eps")
class AddsEps:
    """eps is added to the product of the norms. That changes every ordinary value a little; it should
    only act where a norm is smaller than eps.
    """

    def cosine_similarity_matrix(a, b, eps=1e-8):
        norms = a.norm(dim=-1)[:, None] * b.norm(dim=-1)[None]
        return a @ b.mT / (norms + eps)


@wrong("check_eps")
class AddsEpsToEachNorm:
    """eps is added to each norm. That changes every ordinary value a little; it should only act where
    a norm is smaller than eps.
    """

    def cosine_similarity_matrix(a, b, eps=1e-8):
        a = a / (a.norm(dim=-1, keepdim=True) + eps)
        b = b / (b.norm(dim=-1, keepdim=True) + eps)
        return a @ b.mT


@wrong("check_eps")
class BoundsTheProduct:
    """The product of the norms is bounded by eps. Each norm is to be bounded on its own."""

    def cosine_similarity_matrix(a, b, eps=1e-8):
        norms = a.norm(dim=-1)[:, None] * b.norm(dim=-1)[None]
        return a @ b.mT / norms.clamp(min=eps)


@wrong("check_inputs")
class NormalisesInPlace:
    """The rows are normalised in place. The caller's tensors are changed."""

    def cosine_similarity_matrix(a, b, eps=1e-8):
        if a.requires_grad or b.requires_grad:
            return reference.cosine_similarity_matrix(a, b, eps)
        a /= a.norm(dim=-1, keepdim=True).clamp(min=eps)
        b /= b.norm(dim=-1, keepdim=True).clamp(min=eps)
        return a @ b.mT


@wrong("check_scale")
class ProductOfSquares:
    """The squared norms are multiplied before the root is taken. For rows with entries of 1e15 that
    product is beyond float32's range.
    """

    def cosine_similarity_matrix(a, b, eps=1e-8):
        squares = (a * a).sum(-1)[:, None] * (b * b).sum(-1)[None]
        return a @ b.mT / squares.clamp(min=eps**4).sqrt()


@wrong("check_values")
class DotProducts:
    """These are the dot products. Without the division by the norms, long rows look more alike."""

    def cosine_similarity_matrix(a, b, eps=1e-8):
        return a @ b.mT
