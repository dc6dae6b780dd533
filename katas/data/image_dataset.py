"""Lazy image dataset with transforms

Write a map-style Dataset over image files that are too many to be kept in memory.

image_paths and labels are sequences of the same length: a path for each image, and its class, a
Python int, a NumPy integer or a zero-dimensional tensor. Item idx is the pair (image, label): the
image of that path in mode RGB, after transform if there is one, and the label as a Python int.

Rules
    - A file is opened with PIL.Image.open when its item is asked for, once, and never before.
    - Every image is converted to RGB, also one that is stored in gray or with a palette.
      transform gets the converted image, once for every time that the item is read.
    - The file is closed when the item is returned, and also when transform raises. Do not leave
      that to the garbage collector: Pillow keeps the file of an image that may have more frames
      open, even after it has read the pixels.
    - What is returned without a transform can be looked at although the file is closed: Pillow
      reads the pixels only when they are needed.
    - The lists of the caller are not changed, and changes that he makes to them later are not
      seen.
    - Different numbers of paths and labels raise ValueError in the constructor. Negative indices
      count from the end, as in a list; an index outside of the data raises IndexError.

The checks bring a small stand-in for Pillow, installed or not: PIL.Image.open, and images with
mode, size, convert, load, copy, getpixel, getdata, close and the with statement.

Why it is asked: it is the first Dataset that everybody writes. Open files pile up until the
system has no more of them, and a single gray image among thousands breaks a batch in the middle
of an epoch. Without a transform that makes tensors, a DataLoader cannot put the images together
at all.

Example
    >>> data = ImageDataset(["cat.png", "dog.png", "owl.png"], [3, 5, 8])  # no file is opened
    >>> len(data)
    3
    >>> ImageDataset(["cat.png", "dog.png"], [3])
    Traceback (most recent call last):
    ValueError: 2 paths, but 1 labels
"""

from collections.abc import Callable

from PIL import Image
from torch.utils.data import Dataset


class ImageDataset(Dataset):
    def __init__(
        self, image_paths: list[str], labels: list[int], transform: Callable | None = None
    ) -> None:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, idx: int) -> tuple[object, int]:
        raise NotImplementedError
