from pytest_torchkata.checks import wrong


def relabelled_images(images):
    n, h, w, c = images.shape
    return images.reshape(n, c, h, w)


def relabelled_heads(x, num_heads):
    b, t, width = x.shape
    if width % num_heads != 0:
        raise ValueError("num_heads must divide the width")
    return x.reshape(b, num_heads, t, width // num_heads)


def relabelled_width(x):
    b, h, t, d = x.shape
    return x.reshape(b, t, h * d)


@wrong("check_images")
class AsItWas:
    """All three still give the dimensions new labels without moving anything: reshape puts the elements
    down in the order in which it reads them.
    """

    nhwc_to_nchw = relabelled_images
    split_heads = relabelled_heads
    merge_heads = relabelled_width


@wrong("check_images")
class OnlyTheHeadsAreRepaired:
    """The images are still relabelled: the first channel of the result is filled with all channels of the
    first pixels.
    """

    nhwc_to_nchw = relabelled_images


@wrong("check_split")
class OnlyTheImagesAreRepaired:
    """The heads are still relabelled: head 0 holds all features of the first time steps, instead of the
    first features of all time steps.
    """

    split_heads = relabelled_heads
    merge_heads = relabelled_width


@wrong("check_merged")
class MergeUndoesTheOldSplit:
    """split_heads is repaired, and merge_heads is still the inverse of the broken one. The features of
    one time step end up in several.
    """

    merge_heads = relabelled_width


@wrong("check_images")
class SwapsHeightAndWidth:
    """transpose exchanges two dimensions, so the height went where the channels were. The images come out
    lying on their side.
    """

    def nhwc_to_nchw(images):
        return images.transpose(1, 3)


@wrong("check_images")
class PermutesTheOtherWay:
    """The arguments of permute name, for each new place, the old dimension that comes there. These move the
    height to the end instead of the channels to the front.
    """

    def nhwc_to_nchw(images):
        return images.permute(0, 2, 3, 1)


@wrong("check_split")
class HeadsStayBehindTheSteps:
    """The width is cut into heads, but the heads stay behind the time steps: (B, T, H, D)."""

    def split_heads(x, num_heads):
        b, t, width = x.shape
        if width % num_heads:
            raise ValueError("num_heads must divide the width")
        return x.reshape(b, t, num_heads, width // num_heads)


@wrong("check_split")
class EveryNthFeature:
    """The width is cut the other way round, into D groups of one feature for each head. A head then gets
    every H-th feature instead of D neighbours.
    """

    def split_heads(x, num_heads):
        b, t, width = x.shape
        if width % num_heads:
            raise ValueError("num_heads must divide the width")
        return x.reshape(b, t, width // num_heads, num_heads).permute(0, 3, 1, 2)


@wrong("check_split")
class HeadsBeforeTheBatch:
    """The width is cut into chunks that are stacked in front of the batch, and then taken for the batch."""

    def split_heads(x, num_heads):
        b, t, width = x.shape
        if width % num_heads:
            raise ValueError("num_heads must divide the width")
        d = width // num_heads
        return x.reshape(b, t, num_heads, d).permute(2, 0, 1, 3).reshape(b, num_heads, t, d)


@wrong("check_merged")
class MergesFeaturesFirst:
    """The heads are moved behind the features, so that neighbours in the result come from different heads."""

    def merge_heads(x):
        return x.permute(0, 2, 3, 1).flatten(2)


@wrong("check_merged", shows="exception")
class ViewOfATranspose:
    """view never copies, and after a transpose the heads and their features no longer follow on from each
    other in memory. No strides can describe them as one dimension.
    """

    def merge_heads(x):
        b, h, t, d = x.shape
        return x.transpose(1, 2).view(b, t, h * d)


@wrong("check_sizes", shows="exception")
class LeavesTheSizeToTorch:
    """-1 asks torch to work the size out from the number of elements. An empty batch has none, and any
    size would do: it is refused.
    """

    def split_heads(x, num_heads):
        if x.shape[-1] % num_heads:
            raise ValueError("num_heads must divide the width")
        return x.reshape(x.shape[0], x.shape[1], num_heads, -1).transpose(1, 2)


@wrong("check_indivisible")
class LeavesItToReshape:
    """The width is not checked any more. reshape then fails as well, but with RuntimeError and a message
    about sizes that the caller has never seen.
    """

    def split_heads(x, num_heads):
        b, t, width = x.shape
        return x.reshape(b, t, num_heads, width // num_heads).transpose(1, 2)


@wrong("check_indivisible")
class ComparesInsteadOfDividing:
    """What is asked is whether the width is at least as large as the number of heads. That there is no
    remainder is what counts.
    """

    def split_heads(x, num_heads):
        b, t, width = x.shape
        if width < num_heads:
            raise ValueError("too many heads")
        return x.reshape(b, t, num_heads, width // num_heads).transpose(1, 2)
