import torch

from pytest_torchkata.checks import wrong

from . import reference


def checked(batch):
    """Return sequences and labels, or raise."""
    if not batch:
        raise ValueError("empty batch")
    sequences, labels = zip(*batch, strict=True)
    if len({(s.dtype, s.shape[1:]) for s in sequences}) > 1:
        raise ValueError("misfits")
    return sequences, torch.tensor([int(label) for label in labels])


def lengths_of(sequences):
    return torch.tensor([len(s) for s in sequences])


@wrong("check_tokens")
class FixedLength:
    """The result is padded to a fixed length, or to more than the longest sequence of this batch. Most of
    the computation is then spent on padding.
    """

    def pad_collate(batch, padding_value=0.0):
        sequences, labels = checked(batch)
        size = (len(batch), 512, *sequences[0].shape[1:])
        padded = sequences[0].new_full(size, padding_value)
        for i, s in enumerate(sequences):
            padded[i, : len(s)] = s
        return padded, lengths_of(sequences), labels


@wrong("check_tokens")
class PadsAtTheFront:
    """The padding comes before the sequences. It belongs after their end: with lengths, a model looks at
    the first places of each row.
    """

    def pad_collate(batch, padding_value=0.0):
        sequences, labels = checked(batch)
        longest = max(len(s) for s in sequences)
        padded = sequences[0].new_full((len(batch), longest, *sequences[0].shape[1:]), padding_value)
        for i, s in enumerate(sequences):
            padded[i, longest - len(s) :] = s
        return padded, lengths_of(sequences), labels


@wrong("check_tokens")
class AlwaysFloat:
    """The result is made without a dtype, so it is float32. Tokens are indices: an embedding refuses them
    as floats.
    """

    def pad_collate(batch, padding_value=0.0):
        sequences, labels = checked(batch)
        longest = max(len(s) for s in sequences)
        padded = torch.full((len(batch), longest, *sequences[0].shape[1:]), float(padding_value))
        for i, s in enumerate(sequences):
            padded[i, : len(s)] = s
        return padded, lengths_of(sequences), labels


@wrong("check_tokens")
class SortsByLength:
    """The batch is sorted by length, longest first. Old versions of torch needed that for packing; here
    the order is the caller's.
    """

    def pad_collate(batch, padding_value=0.0):
        batch = sorted(batch, key=lambda item: len(item[0]), reverse=True)
        return reference.pad_collate(batch, padding_value)


@wrong("check_contains_padding_value")
class CountsWhatIsNotPadding:
    """The lengths are counted afterwards, as the entries that are not padding_value. A sequence may contain
    that value itself: ask the sequences for their lengths.
    """

    def pad_collate(batch, padding_value=0.0):
        padded, _, labels = reference.pad_collate(batch, padding_value)
        kept = padded.flatten(2)[..., 0] if padded.dim() > 2 else padded
        return padded, (kept != padding_value).sum(1), labels


@wrong("check_tokens")
class TimeFirst:
    """Time is the first dimension and the batch the second, which is how recurrent layers want it by
    default. (B, L, ...) is asked for.
    """

    def pad_collate(batch, padding_value=0.0):
        padded, lengths, labels = reference.pad_collate(batch, padding_value)
        return padded.transpose(0, 1).contiguous(), lengths, labels


@wrong("check_padding_value")
class AlwaysPadsWithZeros:
    """padding_value goes unused: the places after the end are always 0."""

    def pad_collate(batch, padding_value=0.0):
        return reference.pad_collate(batch, 0.0)


@wrong("check_tokens")
class CutsToTheShortest:
    """All sequences are cut to the length of the shortest. They can be stacked then, but most of them are
    lost.
    """

    def pad_collate(batch, padding_value=0.0):
        sequences, labels = checked(batch)
        shortest = min(len(s) for s in sequences)
        padded = torch.stack([s[:shortest] for s in sequences])
        return padded, lengths_of(sequences), labels


@wrong("check_tokens")
class LengthsAfterPadding:
    """The lengths are those after padding, which are all the same. They have to tell where each sequence
    ends.
    """

    def pad_collate(batch, padding_value=0.0):
        padded, _, labels = reference.pad_collate(batch, padding_value)
        return padded, torch.full((len(batch),), padded.shape[1]), labels


@wrong("check_tokens")
class ReturnsLists:
    """Lengths and labels are lists. Tensors are asked for."""

    def pad_collate(batch, padding_value=0.0):
        padded, lengths, labels = reference.pad_collate(batch, padding_value)
        return padded, lengths.tolist(), labels.tolist()


@wrong("check_labels")
class KeepsTheLabelDtype:
    """The labels are stacked as they come, so their dtype is that of the items. int64 is asked for, which
    losses and indexing need.
    """

    def pad_collate(batch, padding_value=0.0):
        padded, lengths, _ = reference.pad_collate(batch, padding_value)
        return padded, lengths, torch.stack([torch.as_tensor(label) for _, label in batch])


@wrong("check_tokens")
class FloatLabels:
    """Labels or lengths are floats. Both are whole numbers: int64 is asked for."""

    def pad_collate(batch, padding_value=0.0):
        padded, lengths, labels = reference.pad_collate(batch, padding_value)
        return padded, lengths.float(), labels.float()


@wrong("check_features")
class TokensOnly:
    """The result has two dimensions, whatever the sequences have. What comes after T has to be kept."""

    def pad_collate(batch, padding_value=0.0):
        padded, lengths, labels = reference.pad_collate(batch, padding_value)
        return padded.flatten(1), lengths, labels


@wrong("check_memory")
class SharesASingleItem:
    """A batch of one item is only viewed in another shape, so the result shares its memory with the data
    set. Whoever changes the batch changes the item.
    """

    def pad_collate(batch, padding_value=0.0):
        padded, lengths, labels = reference.pad_collate(batch, padding_value)
        return (batch[0][0].unsqueeze(0) if len(batch) == 1 else padded), lengths, labels


@wrong("check_misfits")
class CastsToTheFirstDtype:
    """Sequences of another dtype are quietly cast to that of the first one. Which one comes first is
    chance: it has to be an error.
    """

    def pad_collate(batch, padding_value=0.0):
        if not batch:
            raise ValueError("empty batch")
        dtype = batch[0][0].dtype
        return reference.pad_collate([(s.to(dtype), label) for s, label in batch], padding_value)


@wrong("check_misfits")
class LetsTorchComplain:
    """Nothing compares the sequences. Some misfits then raise whatever torch raises, and others are
    stretched to the size: an entry of one is repeated all along it.
    """

    def pad_collate(batch, padding_value=0.0):
        if not batch:
            raise ValueError("empty batch")
        sequences = [s for s, _ in batch]
        longest = max(len(s) for s in sequences)
        padded = sequences[0].new_full((len(batch), longest, *sequences[0].shape[1:]), padding_value)
        for i, s in enumerate(sequences):
            padded[i, : len(s)] = s
        labels = torch.tensor([int(label) for _, label in batch])
        return padded, lengths_of(sequences), labels


@wrong("check_empty_batch")
class EmptyBatchPasses:
    """An empty batch gives empty tensors. There is nothing to take a dtype or a shape from, so it has to
    be a ValueError.
    """

    def pad_collate(batch, padding_value=0.0):
        if not batch:
            return torch.empty(0, 0), torch.empty(0).long(), torch.empty(0).long()
        return reference.pad_collate(batch, padding_value)


@wrong("check_empty_batch")
class EmptyBatchFailsSomehow:
    """An empty batch fails, but by accident, with an IndexError or whatever comes first. Look for it and
    raise ValueError.
    """

    def pad_collate(batch, padding_value=0.0):
        batch[0]
        return reference.pad_collate(batch, padding_value)


@wrong("check_tokens", shows="rule")
class CallsPadSequence:
    """pad_sequence does what you are asked to write."""

    def pad_collate(batch, padding_value=0.0):
        sequences, labels = checked(batch)
        pad = torch.nn.utils.rnn.pad_sequence
        padded = pad(list(sequences), batch_first=True, padding_value=padding_value)
        return padded, lengths_of(sequences), labels
