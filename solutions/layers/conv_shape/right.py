import math

from pytest_torchkata.checks import right


@right
class Floats:
    """The formula of the documentation with math.floor, and the receptive field from the output back."""

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        if kernel_size < 1 or stride < 1 or dilation < 1:
            raise ValueError("kernel_size, stride and dilation must be positive")
        out = math.floor((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)
        if out < 1:
            raise ValueError("kernel does not fit")
        return out

    def same_padding(kernel_size, dilation=1):
        padding = dilation * (kernel_size - 1) / 2
        if not padding.is_integer():
            raise ValueError("no such padding")
        return int(padding)

    def receptive_field(layers):
        field = 1
        for kernel_size, stride in reversed(layers):
            field = (field - 1) * stride + kernel_size
        return field


@right
class Counts:
    """The places are counted, and the receptive field follows the first and the last position."""

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        if not (kernel_size >= 1 and stride >= 1 and dilation >= 1):
            raise ValueError("at least 1 each")
        last = size + 2 * padding - (kernel_size - 1) * dilation
        if last <= 0:
            raise ValueError("the kernel is too large")
        return len(range(0, last, stride))

    def same_padding(kernel_size, dilation=1):
        total, rest = divmod(dilation * (kernel_size - 1), 2)
        if rest != 0:
            raise ValueError("odd")
        return total

    def receptive_field(layers):
        first, last = 0, 0
        for kernel_size, stride in layers[::-1]:
            first, last = first * stride, last * stride + kernel_size - 1
        return last - first + 1
