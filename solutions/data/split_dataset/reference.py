import itertools
import math
from collections.abc import Callable

import torch
from torch.utils.data import Dataset


def split_indices(n: int, fractions: list[float], seed: int) -> list[list[int]]:
    if not fractions or min(fractions) <= 0 or not math.isclose(sum(fractions), 1):
        raise ValueError(f"the fractions must be positive and sum to 1, got {fractions}")
    # A product just below a whole number, such as 0.29 * 100, is that number.
    sizes = [math.floor(n * fraction + 1e-9) for fraction in fractions]
    for k in range(n - sum(sizes)):
        sizes[k] += 1

    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed)).tolist()
    remaining = iter(order)
    return [list(itertools.islice(remaining, size)) for size in sizes]


class TransformedSubset(Dataset):
    def __init__(self, dataset: Dataset, indices: list[int], transform: Callable | None = None) -> None:
        self.dataset = dataset
        self.indices = indices
        self.transform = transform

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, idx: int) -> tuple[object, object]:
        features, label = self.dataset[self.indices[idx]]
        if self.transform is not None:
            features = self.transform(features)
        return features, label
