import torch

from pytest_torchkata.checks import right


@right
class MovesDims:
    """movedim, unflatten and flatten; nothing is made contiguous."""

    def nhwc_to_nchw(images):
        return images.movedim(-1, 1)

    def split_heads(x, num_heads):
        if x.size(-1) % num_heads:
            raise ValueError("num_heads must divide the width")
        return x.unflatten(-1, (num_heads, x.size(-1) // num_heads)).movedim(2, 1)

    def merge_heads(x):
        return x.movedim(1, 2).flatten(start_dim=-2)


@right
class ViewsAndContiguous:
    """view where the strides always allow it, contiguous before the one that they do not."""

    def nhwc_to_nchw(images):
        return images.permute(0, 3, 1, 2).contiguous()

    def split_heads(x, num_heads):
        B, T, C = x.size()
        if C % num_heads != 0:
            raise ValueError("num_heads must divide the width")
        return x.view(B, T, num_heads, C // num_heads).permute(0, 2, 1, 3).contiguous()

    def merge_heads(x):
        B, H, T, D = x.size()
        return x.transpose(1, 2).contiguous().view(B, T, H * D)


@right
class CutsAndJoins:
    """Chunks of the width stacked as heads, and heads concatenated."""

    def nhwc_to_nchw(images):
        return torch.stack(images.unbind(-1), dim=1)

    def split_heads(x, num_heads):
        if x.shape[2] % num_heads:
            raise ValueError("num_heads must divide the width")
        return torch.stack(x.chunk(num_heads, dim=-1), dim=1)

    def merge_heads(x):
        return torch.cat(x.unbind(1), dim=-1)
