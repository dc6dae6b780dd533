"""Right shape, scrambled data

Three functions return tensors of the right shape with the elements in the wrong places. Nothing
raises, and splitting into heads and merging again even gives the input back. Find out why, and
repair all three.

nhwc_to_nchw(images) takes images (N, H, W, C) and moves the channels: (N, C, H, W).

split_heads(x, num_heads) takes x (B, T, H * D), where H is num_heads, and returns (B, H, T, D).
Head h holds the features from h * D up to, but not including, (h + 1) * D of every time step.

merge_heads(x) is its exact inverse: it takes (B, H, T, D) and returns (B, T, H * D).

Rules
    - All dtypes work, and gradients get back to the argument. The argument is left as it is.
    - Arguments need not be contiguous, and B may be 0. num_heads is at least 1.
    - A result may be a view of the argument, and need not be contiguous.
    - split_heads raises ValueError when num_heads does not divide the width.

Why it is asked: every implementation of attention has these lines, and a test of the shape passes
whatever is in the tensor. The model trains, badly.

Example, once it is repaired
    >>> x = torch.arange(8).reshape(1, 2, 4)
    >>> x
    tensor([[[0, 1, 2, 3],
             [4, 5, 6, 7]]])
    >>> split_heads(x, 2)
    tensor([[[[0, 1],
              [4, 5]],
    <BLANKLINE>
             [[2, 3],
              [6, 7]]]])
    >>> torch.equal(merge_heads(split_heads(x, 2)), x)
    True
    >>> nhwc_to_nchw(torch.tensor([[[[1, 10], [2, 20], [3, 30]]]]))
    tensor([[[[ 1,  2,  3]],
    <BLANKLINE>
             [[10, 20, 30]]]])
"""

from torch import Tensor


def nhwc_to_nchw(images: Tensor) -> Tensor:
    n, h, w, c = images.shape
    return images.reshape(n, c, h, w)


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    b, t, width = x.shape
    if width % num_heads != 0:
        raise ValueError(f"{num_heads} heads do not divide a width of {width}")
    return x.reshape(b, num_heads, t, width // num_heads)


def merge_heads(x: Tensor) -> Tensor:
    b, h, t, d = x.shape
    return x.reshape(b, t, h * d)
