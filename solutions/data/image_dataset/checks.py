import itertools
import json
import sys
import types
from pathlib import Path

import pytest

from pytest_torchkata.checks import np, raises, torch

# A stand-in for Pillow ----------------------------------------------------------------------------

BANDS = {"L": 1, "P": 1, "RGB": 3, "RGBA": 4}
PALETTE = [(250, 10, 20), (30, 240, 40), (50, 60, 230), (200, 210, 220)]
OPENED = []
"""The files of all images that were opened."""


class Picture:
    """An image: a mode, a size, and the pixels row by row, each a tuple of its bands."""

    def __init__(self, mode, size, pixels=None, file=None):
        self.mode, self.size, self._pixels, self.fp = mode, size, pixels, file

    width = property(lambda self: self.size[0])
    height = property(lambda self: self.size[1])

    def load(self):
        if self._pixels is None:
            if self.fp is None or self.fp.closed:
                raise ValueError("Operation on closed image")
            self.fp.seek(0)
            self._pixels = [tuple(pixel) for pixel in json.load(self.fp)["pixels"]]
        return self

    def convert(self, mode=None, *args, **kwargs):
        pixels = self.load()._pixels
        mode = mode or ("RGB" if self.mode == "P" else self.mode)
        if mode != self.mode:
            if self.mode == "P":
                pixels = [PALETTE[index] for (index,) in pixels]
            elif self.mode == "L":
                pixels = [pixel * 3 for pixel in pixels]
            pixels = [pixel[:3] for pixel in pixels]
            if mode == "L":
                pixels = [(round(0.299 * r + 0.587 * g + 0.114 * b),) for r, g, b in pixels]
            elif mode == "RGBA":
                pixels = [(*pixel, 255) for pixel in pixels]
            elif mode != "RGB":
                raise ValueError(f"conversion from {self.mode} to {mode} not supported")
        return Picture(mode, self.size, list(pixels))

    def copy(self):
        return Picture(self.mode, self.size, list(self.load()._pixels))

    def getdata(self, band=None):
        pixels = self.load()._pixels
        if band is not None:
            return [pixel[band] for pixel in pixels]
        return [pixel[0] if len(pixel) == 1 else pixel for pixel in pixels]

    def getpixel(self, xy):
        return self.getdata()[xy[1] * self.width + xy[0]]

    def getbands(self):
        return tuple(self.mode)

    def tobytes(self, *args):
        return bytes(value for pixel in self.load()._pixels for value in pixel)

    def __array__(self, dtype=None, copy=None):
        pixels = np.array(self.load()._pixels, dtype=dtype or np.uint8)
        return pixels.reshape(self.height, self.width, -1).squeeze()

    def close(self):
        if self.fp is not None:
            self.fp.close()
        self.fp = self._pixels = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.fp is not None:  # the pixels stay, if they have been read
            self.fp.close()


def open_image(fp, mode="r", formats=None):
    file = fp if hasattr(fp, "read") else Path(fp).open("rb")  # noqa: SIM115 (the image keeps it)
    OPENED.append(file)
    header = json.load(file)
    return Picture(header["mode"], tuple(header["size"]), file=file)


if __name__ == "_kata.checks":  # where answers run, and not where they are only listed
    package, module = types.ModuleType("PIL"), types.ModuleType("PIL.Image")
    package.__path__, package.Image = [], module
    module.open, module.Image = open_image, Picture
    sys.modules |= {"PIL": package, "PIL.Image": module}


# The checks ---------------------------------------------------------------------------------------


def write(given, *modes, size=(2, 3)):
    """Write an image of each mode to a file of its own, and return the paths."""
    paths = []
    for number, mode in enumerate(modes):
        high = len(PALETTE) if mode == "P" else 256
        pixels = given.integers(0, high, (size[0] * size[1], BANDS[mode])).tolist()
        path = Path(f"image{number}.png")
        path.write_text(json.dumps({"mode": mode, "size": size, "pixels": pixels}))
        paths.append(str(path))
    OPENED.clear()
    return paths


def look(image):
    if not isinstance(image, Picture):
        return f"a {type(image).__name__}"
    try:
        return {"mode": image.mode, "size": image.size, "pixels": image.getdata()}
    except ValueError:
        return f"mode {image.mode}, but the file was closed before the pixels were read"


def to_tensor(image):
    return torch.tensor(image.getdata()).T.reshape(-1, image.height, image.width)


def still_open():
    return sum(not file.closed for file in OPENED)


def check_items(kata, given):
    """Items are the image in RGB and the label as an int."""
    data = kata.ImageDataset(write(given, "RGB", "RGB", "RGB"), [4, 0, 7])
    (first, label), (last, last_label) = data[0], data[2]
    return {"image 0": look(first), "label 0": label, "image 2": look(last), "label 2": last_label}


@pytest.mark.parametrize("mode", ["L", "P", "RGBA"])
def check_modes(kata, given, mode):
    """Images in gray, with a palette or with transparency come out in RGB."""
    data = kata.ImageDataset(write(given, "RGB", mode), [1, 2])
    return {"image": look(data[1][0])}


def check_lazy(kata, given):
    """Nothing is opened by the constructor, and one file per item."""
    data = kata.ImageDataset(write(given, "RGB", "L", "RGB"), [1, 2, 3], lambda image: image)
    observed = {"files opened by the constructor": len(OPENED), "len": len(data)}
    observed["files opened by len"] = len(OPENED)
    data[1]
    return {**observed, "files opened by one item": len(OPENED)}


def check_keeps_nothing(kata, given):
    """An item that is read again is opened again: the images do not fit into memory."""
    data = kata.ImageDataset(write(given, "RGB", "L"), [1, 2])
    data[1], data[0], data[1]
    return {"files opened by three readings": len(OPENED)}


@pytest.mark.parametrize("transform", [False, True])
def check_closed(kata, given, transform):
    """The file is closed when the item is returned."""
    data = kata.ImageDataset(write(given, "RGB", "P"), [1, 2], look if transform else None)
    data[0], data[1]
    return {"files opened": len(OPENED), "files still open": still_open()}


def check_closed_after_error(kata, given):
    """The file is closed when transform raises."""

    def broken(image):
        raise RuntimeError("this transform fails")

    data = kata.ImageDataset(write(given, "RGB", "L"), [1, 2], broken)
    reading = raises(RuntimeError, lambda: data[1])
    return {"reading": reading, "files still open": still_open()}


def check_transform(kata, given):
    """transform gets the converted image, each time that an item is read."""
    seen = []

    def transform(image):
        seen.append(look(image))
        return f"transformed {len(seen)}"

    data = kata.ImageDataset(write(given, "RGB", "L"), [1, 2], transform)
    observed = {"calls before anything is read": len(seen)}
    observed["items 1, 0 and 1"] = [data[1], data[0], data[1]]
    return {**observed, "what transform got": seen}


@pytest.mark.parametrize("kind", ["list", "array", "tensor"])
def check_labels(kata, given, kind):
    """Labels are Python ints, whatever they came as."""
    labels = {
        "list": [3, 0],
        "array": np.array([3, 0], dtype=np.int32),
        "tensor": torch.tensor([3, 0]),
    }[kind]
    data = kata.ImageDataset(write(given, "RGB", "RGB"), labels)
    return {"labels": [data[0][1], data[1][1]]}


def check_own_lists(kata, given):
    """The caller's lists stay as they are, and their later changes are not seen."""
    paths, labels = write(given, "RGB", "L", "RGB"), [4, 5, 6]
    before = list(paths)
    data = kata.ImageDataset(paths, labels)
    look(data[0][0])
    observed = {"lists left as they were": (paths, labels) == (before, [4, 5, 6])}
    paths.reverse()
    labels[:] = [0]
    image, label = data[0]
    return {**observed, "len": len(data), "image 0": look(image), "label 0": label}


def check_indices(kata, given):
    """Negative indices count from the end; one outside raises IndexError, so that loops end."""
    data = kata.ImageDataset(write(given, "RGB", "L", "RGB"), [4, 5, 6], look)
    try:
        last = data[-1]
    except IndexError:
        last = "raises IndexError"
    return {
        "item -1": last,
        "item 3 of 3": raises(IndexError, lambda: data[3]),
        "item -4 of 3": raises(IndexError, lambda: data[-4]),
        "labels in a loop": [label for _, label in itertools.islice(data, 9)],
    }


def check_lengths_differ(kata, given):
    """Different numbers of paths and labels raise ValueError."""
    paths = write(given, "RGB", "RGB")
    return {
        "a label missing": raises(ValueError, lambda: kata.ImageDataset(paths, [1])),
        "a path missing": raises(ValueError, lambda: kata.ImageDataset(paths[:1], [1, 2])),
    }


def check_batches(kata, given):
    """It is a Dataset, and a DataLoader makes batches of tensors of it."""
    data = kata.ImageDataset(write(given, "RGB", "L", "P"), [4, 5, 6], to_tensor)
    return {
        "is a Dataset": isinstance(data, torch.utils.data.Dataset),
        "batches": list(torch.utils.data.DataLoader(data, batch_size=2)),
    }
