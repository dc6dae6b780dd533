from pathlib import Path

from torch.utils.data import Dataset

from pytest_torchkata.checks import right


@right
class FileObject:
    """The file is opened by hand, and closed by its own with statement, transform included."""

    class ImageDataset(Dataset):
        def __init__(self, image_paths, labels, transform=None):
            if len(labels) != len(image_paths):
                raise ValueError("lengths differ")
            self.samples = [(str(p), int(y)) for p, y in zip(image_paths, labels, strict=True)]
            self.transform = transform

        def __len__(self):
            return len(self.samples)

        def __getitem__(self, idx):
            from PIL import Image

            path, label = self.samples[idx]
            with Path(path).open("rb") as f:
                img = Image.open(f)
                img = img.convert("RGB")
                if self.transform:
                    img = self.transform(img)
            return img, label


@right
class TryFinally:
    """try and finally; the pixels are read before the file is closed."""

    class ImageDataset(Dataset):
        def __init__(self, image_paths, labels, transform=None):
            super().__init__()
            self.paths, self.labels = tuple(image_paths), tuple(labels)
            if len(self.paths) != len(self.labels):
                raise ValueError("lengths differ")
            self.transform = transform if transform is not None else lambda image: image

        def __len__(self):
            return len(self.labels)

        def __getitem__(self, idx):
            import PIL.Image

            image = PIL.Image.open(self.paths[idx])
            try:
                rgb = image.convert("RGB")
                return self.transform(rgb), int(self.labels[idx])
            finally:
                image.close()
