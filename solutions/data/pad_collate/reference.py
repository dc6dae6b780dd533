import torch
from torch import Tensor


def pad_collate(batch: list[tuple[Tensor, int]], padding_value: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
    if not batch:
        raise ValueError("the batch is empty")
    sequences = [sequence for sequence, _ in batch]
    first = sequences[0]
    if any(s.dtype != first.dtype or s.shape[1:] != first.shape[1:] for s in sequences):
        raise ValueError("the sequences differ in dtype, or in their shape after the first dimension")

    lengths = [len(sequence) for sequence in sequences]
    padded = first.new_full((len(batch), max(lengths), *first.shape[1:]), padding_value)
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    labels = [int(label) for _, label in batch]
    return padded, torch.tensor(lengths), torch.tensor(labels)
