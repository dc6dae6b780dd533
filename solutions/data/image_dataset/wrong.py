from torch.utils.data import Dataset

from pytest_torchkata.checks import wrong

from . import reference


def open_image(path):
    from PIL import Image

    return Image.open(path)


def read(path):
    with open_image(path) as file:
        return file.convert("RGB")


class Plain(Dataset):
    """A dataset whose subclasses say what to do with a path."""

    def __init__(self, image_paths, labels, transform=None):
        if len(image_paths) != len(labels):
            raise ValueError("as many labels as paths, please")
        self.paths, self.labels, self.transform = list(image_paths), list(map(int, labels)), transform

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, idx):
        image = self.image(self.paths[idx])
        if self.transform is not None:
            image = self.transform(image)
        return image, self.labels[idx]


@wrong("check_lazy")
class OpensEverythingAtOnce:
    """All images are read in the constructor. A real data set does not fit into memory, and the start of
    training waits for the last file.
    """

    class ImageDataset(Plain):
        def __init__(self, image_paths, labels, transform=None):
            super().__init__(image_paths, labels, transform)
            self.paths = [read(path) for path in image_paths]

        def image(self, path):
            return path


@wrong("check_lazy")
class OpensHandlesAtOnce:
    """The constructor opens every file, though it reads no pixels. A system allows a process some
    thousand open files, not a million.
    """

    class ImageDataset(Plain):
        def __init__(self, image_paths, labels, transform=None):
            super().__init__(image_paths, labels, transform)
            self.paths = [open_image(path) for path in image_paths]

        def image(self, path):
            return path.convert("RGB")


@wrong("check_modes")
class NoConversion:
    """The image comes as it is stored. One in gray has a single channel, and the first batch that it is in
    fails.
    """

    class ImageDataset(Plain):
        def image(self, path):
            with open_image(path) as file:
                return file.copy()


@wrong("check_modes")
class ConvertsGrayOnly:
    """Only gray images are converted. There are others: with a palette, whose numbers are no colours, or
    with a fourth channel.
    """

    class ImageDataset(Plain):
        def image(self, path):
            with open_image(path) as file:
                return file.convert("RGB") if file.mode == "L" else file.copy()


@wrong("check_closed")
class LeavesTheFileOpen:
    """Nobody closes the file. Often the garbage collector does, some time later; in an image that may have
    more frames, or while somebody holds on to it, the file stays open.
    """

    class ImageDataset(Plain):
        def image(self, path):
            return open_image(path).convert("RGB")


@wrong("check_items")
class ClosesBeforeReading:
    """The file is closed before a pixel has been read: Image.open looks at the header only. Whoever looks
    at the image finds a closed file.
    """

    class ImageDataset(Plain):
        def image(self, path):
            with open_image(path) as image:
                pass
            return image


@wrong("check_closed_after_error")
class ClosesUnlessSomethingRaises:
    """The file is closed in the last line, which is not reached when transform raises. A with statement, or
    finally, closes it in any case.
    """

    class ImageDataset(Plain):
        def __getitem__(self, idx):
            file = open_image(self.paths[idx])
            image = file.convert("RGB")
            if self.transform is not None:
                image = self.transform(image)
            file.close()
            return image, self.labels[idx]


@wrong("check_transform")
class TransformsOnce:
    """The transform is applied once and the result is kept. A random transform then gives the same in every
    epoch, and the memory holds the whole data set in the end.
    """

    class ImageDataset(Plain):
        def __init__(self, image_paths, labels, transform=None):
            super().__init__(image_paths, labels, transform)
            self.cache = {}

        def __getitem__(self, idx):
            if idx not in self.cache:
                image = read(self.paths[idx])
                self.cache[idx] = image if self.transform is None else self.transform(image)
            return self.cache[idx], self.labels[idx]


@wrong("check_transform")
class TransformsInTheConstructor:
    """The transform is applied in the constructor, to everything, once. A random transform is then not
    random any more.
    """

    class ImageDataset(Plain):
        def __init__(self, image_paths, labels, transform=None):
            super().__init__(image_paths, labels, None)
            self.paths = [read(path) for path in image_paths]
            if transform is not None:
                self.paths = [transform(image) for image in self.paths]

        def image(self, path):
            return path


@wrong("check_transform")
class TransformsBeforeConverting:
    """transform gets the image as it is stored, which may be gray, and what it returns is converted. It has
    to be the other way round.
    """

    class ImageDataset(Plain):
        def __getitem__(self, idx):
            with open_image(self.paths[idx]) as file:
                image = file.copy() if self.transform is None else self.transform(file)
            if hasattr(image, "convert"):
                image = image.convert("RGB")
            return image, self.labels[idx]


@wrong("check_transform")
class IgnoresTheTransform:
    """The transform is stored, and never applied."""

    class ImageDataset(Plain):
        def __getitem__(self, idx):
            return read(self.paths[idx]), self.labels[idx]


@wrong("check_items", shows="exception")
class AlwaysTransforms:
    """transform is called also when it is None. It is optional."""

    class ImageDataset(Plain):
        def __getitem__(self, idx):
            return self.transform(read(self.paths[idx])), self.labels[idx]


@wrong("check_labels")
class LabelsAsTheyCame:
    """The label is returned as it came: a NumPy scalar or a tensor, where the caller has an array. A Python
    int is asked for.
    """

    class ImageDataset(reference.ImageDataset):
        def __init__(self, image_paths, labels, transform=None):
            super().__init__(image_paths, labels, transform)
            self.labels = list(labels)


@wrong("check_items")
class LabelsAsTensors:
    """The label is a tensor. What is asked for is a Python int: a DataLoader makes a tensor of the labels of
    a batch by itself.
    """

    class ImageDataset(Plain):
        def __getitem__(self, idx):
            import torch

            image, label = super().__getitem__(idx)
            return image, torch.tensor(label)

        def image(self, path):
            return read(path)


@wrong("check_own_lists")
class KeepsTheCallersLists:
    """The lists are those of the caller. Whatever he does to them later happens to the dataset."""

    class ImageDataset(reference.ImageDataset):
        def __init__(self, image_paths, labels, transform=None):
            super().__init__(image_paths, labels, transform)
            self.image_paths, self.labels = image_paths, labels


@wrong("check_own_lists")
class SortsTheCallersLists:
    """The caller's lists are put into another order. They are not yours to change, and item idx is the one
    at that place.
    """

    class ImageDataset(reference.ImageDataset):
        def __init__(self, image_paths, labels, transform=None):
            super().__init__(image_paths, labels, transform)
            image_paths.sort(reverse=True)


@wrong("check_lengths_differ")
class IgnoresTheLengths:
    """Nothing compares the lengths. Paths and labels that have come apart by one give wrong labels for the
    whole data set, and no error.
    """

    class ImageDataset(reference.ImageDataset):
        def __init__(self, image_paths, labels, transform=None):
            pairs = list(zip(image_paths, labels, strict=False))
            super().__init__([path for path, _ in pairs], [label for _, label in pairs], transform)


@wrong("check_lengths_differ")
class AssertsTheLengths:
    """assert raises AssertionError, and nothing at all under python -O. It is for your own mistakes; a
    caller's deserves a ValueError.
    """

    class ImageDataset(reference.ImageDataset):
        def __init__(self, image_paths, labels, transform=None):
            assert len(image_paths) == len(labels)
            super().__init__(image_paths, labels, transform)


@wrong("check_indices")
class WrapsAround:
    """The index is taken modulo the length. None is ever outside, and a for loop over the dataset does not
    end.
    """

    class ImageDataset(reference.ImageDataset):
        def __getitem__(self, idx):
            return super().__getitem__(idx % len(self))


@wrong("check_lazy")
class OpensTwice:
    """The file is opened twice, once to look at it and once to read it. Opening is what costs time on a
    network disk.
    """

    class ImageDataset(Plain):
        def image(self, path):
            with open_image(path) as file:
                mode = file.mode
            with open_image(path) as file:
                return file.copy() if mode == "RGB" else file.convert("RGB")


@wrong("check_keeps_nothing")
class KeepsTheImages:
    """Every image that has been read is kept for the next time. After one epoch all of them are in memory,
    which is what there are too many for.
    """

    class ImageDataset(Plain):
        def image(self, path):
            kept = self.__dict__.setdefault("kept", {})
            if path not in kept:
                kept[path] = read(path)
            return kept[path]


@wrong("check_batches")
class IsNoDataset:
    """The class does not inherit from Dataset. A DataLoader does not mind, but code that asks for a
    Dataset does.
    """

    class ImageDataset:
        __init__ = reference.ImageDataset.__init__
        __len__ = reference.ImageDataset.__len__
        __getitem__ = reference.ImageDataset.__getitem__
