import torch
from torch.nn import functional as F

from pytest_torchkata.checks import right


@right
class PadAndStack:
    """F.pad on each sequence, then one stack."""

    def pad_collate(batch, padding_value=0.0):
        if len(batch) == 0:
            raise ValueError("cannot collate an empty batch")
        seqs = [s for s, _ in batch]
        for s in seqs[1:]:
            if s.dtype is not seqs[0].dtype or s.size()[1:] != seqs[0].size()[1:]:
                raise ValueError("sequences do not match")
        lengths = torch.tensor([s.size(0) for s in seqs], dtype=torch.long)
        L = int(lengths.max())
        rows = []
        for s in seqs:
            # The last pair of numbers is for the first dimension.
            pad = [0, 0] * (s.dim() - 1) + [0, L - s.size(0)]
            rows.append(F.pad(s, pad, value=padding_value))
        labels = torch.stack([torch.as_tensor(y, dtype=torch.int64) for _, y in batch])
        return torch.stack(rows), lengths, labels


@right
class CatWithFilling:
    """Each sequence is joined with a block of padding."""

    def pad_collate(batch, padding_value=0.0):
        if not batch:
            raise ValueError
        sequences, labels = map(list, zip(*batch, strict=True))
        if any(s.shape[1:] != sequences[0].shape[1:] or s.dtype != sequences[0].dtype for s in sequences):
            raise ValueError
        longest = max(map(len, sequences))
        rows = [
            torch.cat([s, s.new_full((longest - len(s), *s.shape[1:]), padding_value)]) for s in sequences
        ]
        return (
            torch.stack(rows),
            torch.LongTensor([len(s) for s in sequences]),
            torch.LongTensor([int(y) for y in labels]),
        )
