"""Split once, transform per split

Write the two halves of a clean split: one function that decides which sample belongs to which
part, and one dataset for each part, with a transform of its own.

split_indices(n, fractions, seed) draws one random permutation of 0 to n - 1 and cuts it into as
many parts as there are fractions. It returns a list of lists of Python ints. Every index is in
exactly one part.

    sizes   part k gets floor(n * fractions[k]) indices. What is left over is handed out one by one,
            from the first part on. A product that is a whole number counts as that number: 0.29
            of 100 is 29, although 0.29 * 100 is 28.999999999999996 in floating point.

TransformedSubset(dataset, indices, transform) is a Dataset of the samples at these indices. Items
of dataset are pairs (features, label). Item idx of the subset is the pair for indices[idx], with
the transform, if there is one, applied to its features. It is applied anew for every read.

Rules
    - The fractions are positive and sum to 1, up to rounding. Otherwise, and if there are none,
      split_indices raises ValueError. n may be 0, or smaller than the number of parts.
    - The same seed gives the same split, another seed another one. The global streams of torch,
      NumPy and random are neither used nor changed.
    - Several subsets share one dataset. It is neither changed nor copied: what changes in it
      shows in the subsets. Reading an item reads one item of the dataset, and nothing is read
      before.
    - Negative indices count from the end, as in a list; an index outside raises IndexError.
    - Do not use random_split or Subset.

Why it is asked: augmentation belongs to the training part only, and the parts that random_split
makes share one dataset with one transform. Two permutations, of which one gives the training part
and the other the validation part, put samples into both.

Example
    >>> train, val, test = split_indices(10, [0.5, 0.25, 0.25], seed=0)
    >>> len(train), len(val), len(test), sorted(train + val + test) == list(range(10))
    (6, 2, 2, True)
    >>> data = [(0.5, 0), (1.5, 1), (2.5, 0)]
    >>> subset = TransformedSubset(data, [2, 0], lambda x: 10 * x)
    >>> subset[0], subset[1], data[2]
    ((25.0, 0), (5.0, 0), (2.5, 0))
"""

from collections.abc import Callable

from torch.utils.data import Dataset


def split_indices(n: int, fractions: list[float], seed: int) -> list[list[int]]:
    raise NotImplementedError


class TransformedSubset(Dataset):
    def __init__(
        self, dataset: Dataset, indices: list[int], transform: Callable | None = None
    ) -> None:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, idx: int) -> tuple[object, object]:
        raise NotImplementedError
