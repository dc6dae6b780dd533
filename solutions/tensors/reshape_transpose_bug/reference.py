from torch import Tensor


def nhwc_to_nchw(images: Tensor) -> Tensor:
    return images.permute(0, 3, 1, 2)


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    b, t, width = x.shape
    if width % num_heads != 0:
        raise ValueError(f"{num_heads} heads do not divide a width of {width}")
    x = x.reshape(b, t, num_heads, width // num_heads)  # cut the width where it stands ...
    return x.transpose(1, 2)  # ... and only then move the heads


def merge_heads(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)
