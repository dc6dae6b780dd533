"""Output size and receptive field

Write three formulas about convolutions and poolings, for one spatial dimension. All sizes are
Python ints, and so are the results.

    conv_output_size  how many positions are left of size after a convolution or a pooling with
                      this kernel, stride, padding (on each side) and dilation. Where the stride
                      does not divide evenly, the result is rounded down, as torch does.
    same_padding      the padding on each side that keeps every size as it is, at stride 1.
    receptive_field   for layers one after the other, given as (kernel_size, stride) from input to
                      output, without dilation: how many input positions lie between the first and
                      the last that one output position depends on, both included. Without any
                      layer it is 1.

With dilation d, neighbouring elements of the kernel are d positions apart.

Rules
    - conv_output_size raises ValueError where the dilated kernel does not fit into the padded
      input, and where kernel_size, stride or dilation is below 1. size and padding are at least 0.
    - same_padding raises ValueError where no integer padding keeps the size. That depends on the
      kernel and on the dilation. Both are at least 1.
    - layers is left as it was.
    - Without running a convolution, a pooling or an unfold.

Why it is asked: the formula on the cheat sheets, (W - K + 2P) / S + 1, is neither rounded nor does
it know dilation. Whoever can derive it can also say how far a network sees.

Example
    >>> conv_output_size(8, 3, stride=2)
    3
    >>> conv_output_size(224, 7, stride=2, padding=3)
    112
    >>> same_padding(3, dilation=2)
    2
    >>> receptive_field([(3, 1), (3, 2), (3, 1)])
    9
"""


def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    raise NotImplementedError


def same_padding(kernel_size: int, dilation: int = 1) -> int:
    raise NotImplementedError


def receptive_field(layers: list[tuple[int, int]]) -> int:
    raise NotImplementedError
