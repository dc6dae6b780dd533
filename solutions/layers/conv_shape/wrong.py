import math

from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_kernel")
class ForgetsThePlusOne:
    """The result counts the moves of the kernel, and not the places where it stands. The first place
    needs no move.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        return reference.conv_output_size(size, kernel_size, stride, padding, dilation) - 1


@wrong("check_kernel")
class TrueDivision:
    """The division gives a float: 6.0, or 3.5, is no number of positions. A size is an int."""

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        reference.conv_output_size(size, kernel_size, stride, padding, dilation)
        return (size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1


@wrong("check_stride")
class RoundsUp:
    """The result is rounded up. A last stride that the kernel cannot make in full does not count: torch
    rounds down, and leaves the rest of the input unseen.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        reference.conv_output_size(size, kernel_size, stride, padding, dilation)
        return math.ceil((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1


@wrong("check_stride")
class RoundsToTheNearest:
    """The result is rounded to the nearest integer. Where more than half of a stride is left over, it
    says one position too many: what counts is only how many strides fit in full.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        reference.conv_output_size(size, kernel_size, stride, padding, dilation)
        return round((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)


@wrong("check_stride")
class AddsOneBeforeDividing:
    """The one is added before the division by the stride. It stands for the first place of the kernel,
    which no stride divides.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        reference.conv_output_size(size, kernel_size, stride, padding, dilation)
        return (size + 2 * padding - dilation * (kernel_size - 1)) // stride


@wrong("check_padding")
class PadsOneSide:
    """The padding is counted once. It is added on each side, left and right."""

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        return reference.conv_output_size(size + padding, kernel_size, stride, 0, dilation)


@wrong("check_dilation")
class IgnoresDilation:
    """The dilation is not used. With gaps between its elements the kernel covers more of the input, and
    fewer places are left for it.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        if dilation < 1:
            raise ValueError
        return reference.conv_output_size(size, kernel_size, stride, padding)


@wrong("check_dilation")
class DilationTimesKernel:
    """The kernel is taken to cover dilation * kernel_size positions. Behind its last element there is
    no gap any more: there is one gap fewer than there are elements.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        if min(kernel_size, stride, dilation) < 1:
            raise ValueError
        return (size + 2 * padding - dilation * kernel_size) // stride + 1


@wrong("check_does_not_fit")
class AlwaysReturnsASize:
    """Nothing checks that the kernel fits. The formula then returns zero or a negative size, where torch
    raises an error.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        if min(kernel_size, stride, dilation) < 1:
            raise ValueError
        return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


@wrong("check_does_not_fit")
class TruncatesBeforeTheTest:
    """int() rounds towards zero. Where the kernel is too large by less than one stride, the negative
    fraction becomes 0, the size becomes 1, and the test for a size below 1 does not see it.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        if min(kernel_size, stride, dilation) < 1:
            raise ValueError
        out = int((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1
        if out < 1:
            raise ValueError
        return out


@wrong("check_fits_with_padding", shows="exception")
class ComparesWithTheBareInput:
    """The kernel is compared with size alone. It has to fit into the padded input, which is larger."""

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        if dilation * (kernel_size - 1) + 1 > size:
            raise ValueError("the kernel is larger than the input")
        return reference.conv_output_size(size, kernel_size, stride, padding, dilation)


@wrong("check_does_not_fit")
class ComparesTheBareKernel:
    """The kernel is compared without its dilation. What has to fit into the padded input are all the
    positions that it covers, gaps included.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        if min(kernel_size, stride, dilation) < 1 or kernel_size > size + 2 * padding:
            raise ValueError
        return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


@wrong("check_bad_arguments")
class AcceptsAnyArguments:
    """kernel_size, stride and dilation are used unchecked. A stride of 0 divides by zero, and the others
    give a size that no layer has.
    """

    def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        room = size + 2 * padding - dilation * (kernel_size - 1) - 1
        if room < 0:
            raise ValueError
        return room // stride + 1


@wrong("check_same_padding")
class HalfTheKernel:
    """The padding is half of the kernel, whatever the dilation. A dilated kernel covers more than its
    elements, and needs more padding.
    """

    def same_padding(kernel_size, dilation=1):
        reference.same_padding(kernel_size, dilation)
        return kernel_size // 2


@wrong("check_no_same_padding")
class RoundsSamePadding:
    """An odd loss is halved and rounded. The size then changes by one in silence: there is no such
    padding, and the statement wants an error.
    """

    def same_padding(kernel_size, dilation=1):
        return dilation * (kernel_size - 1) // 2


@wrong("check_same_padding", shows="exception")
class RefusesEvenKernels:
    """Every even kernel is refused. What has to be even is the number of positions that get lost, and
    with an even dilation it is.
    """

    def same_padding(kernel_size, dilation=1):
        if kernel_size % 2 == 0:
            raise ValueError("no such padding")
        return reference.same_padding(kernel_size, dilation)


@wrong("check_same_padding")
class PaddingIsAFloat:
    """The padding is a float. Layers take an int, and so does the statement."""

    def same_padding(kernel_size, dilation=1):
        reference.same_padding(kernel_size, dilation)
        return dilation * (kernel_size - 1) / 2


@wrong("check_receptive_field")
class AddsKernelsOnly:
    """The kernels are added up and the strides left out. Behind a layer with stride 2, neighbours are
    two input positions apart, so each later kernel sees twice as far.
    """

    def receptive_field(layers):
        return 1 + sum(kernel_size - 1 for kernel_size, _ in layers)


@wrong("check_receptive_field")
class OwnStrideFirst:
    """A layer's own stride is applied before its kernel. The stride spreads the layer's outputs; the
    kernel still looks at its inputs, which lie as close as the layers before left them.
    """

    def receptive_field(layers):
        seen, apart = 1, 1
        for kernel_size, stride in layers:
            apart *= stride
            seen += (kernel_size - 1) * apart
        return seen


@wrong("check_receptive_field")
class OnlyTheLastStride:
    """Each kernel is multiplied by the stride of the layer before it alone. The strides of all earlier
    layers multiply up.
    """

    def receptive_field(layers):
        seen, before = 1, 1
        for kernel_size, stride in layers:
            seen += (kernel_size - 1) * before
            before = stride
        return seen


@wrong("check_receptive_field")
class FromTheWrongEnd:
    """The recursion from the output back runs from the first layer to the last: the strides end up with
    the kernels of the layers before them. layers goes from input to output.
    """

    def receptive_field(layers):
        seen = 1
        for kernel_size, stride in layers:
            seen = (seen - 1) * stride + kernel_size
        return seen


@wrong("check_receptive_field")
class SumOfKernels:
    """The whole kernels are added. Two kernels overlap in one position: each layer adds one less than
    its kernel, to the one position that is there without any layer.
    """

    def receptive_field(layers):
        seen, apart = 0, 1
        for kernel_size, stride in layers:
            seen += kernel_size * apart
            apart *= stride
        return seen


@wrong("check_receptive_field")
class EmptiesTheList:
    """The layers are taken out of the list that the caller gave. It is empty afterwards, and belongs to
    the caller.
    """

    def receptive_field(layers):
        seen = 1
        while layers:
            kernel_size, stride = layers.pop()
            seen = (seen - 1) * stride + kernel_size
        return seen
