import itertools
import random
from fractions import Fraction

import numpy as np
from torch.utils.data import Dataset

from pytest_torchkata.checks import right


@right
class ExactFractions:
    """Exact fractions of the decimal numbers, and random.Random for the order."""

    def split_indices(n, fractions, seed):
        if len(fractions) == 0 or any(f <= 0 for f in fractions) or abs(sum(fractions) - 1.0) > 1e-6:
            raise ValueError("bad fractions")
        lengths = [int(n * Fraction(str(f))) for f in fractions]
        rest = n - sum(lengths)
        lengths = [length + (k < rest) for k, length in enumerate(lengths)]
        order = list(range(n))
        random.Random(seed).shuffle(order)
        ends = list(itertools.accumulate(lengths))
        return [order[end - length : end] for end, length in zip(ends, lengths, strict=True)]

    class TransformedSubset(Dataset):
        def __init__(self, dataset, indices, transform=None):
            super().__init__()
            self.data = dataset
            self.idx = list(indices)
            self.fn = transform or (lambda x: x)

        def __len__(self):
            return len(self.idx)

        def __getitem__(self, i):
            x, y = self.data[self.idx[i]]
            return self.fn(x), y


@right
class NumPyPermutation:
    """Rounding before cutting off, and a NumPy generator of its own."""

    def split_indices(n, fractions, seed):
        total = sum(fractions)
        if not np.isclose(total, 1.0, atol=1e-6) or min(fractions) <= 0:
            raise ValueError(f"fractions sum to {total}")
        sizes = [int(round(n * f, 6)) for f in fractions]
        i = 0
        while sum(sizes) < n:
            sizes[i % len(sizes)] += 1
            i += 1
        order = np.random.default_rng(seed).permutation(n)
        return [part.tolist() for part in np.split(order, np.cumsum(sizes)[:-1])]
