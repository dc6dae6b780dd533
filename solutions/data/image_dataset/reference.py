from collections.abc import Callable

from torch.utils.data import Dataset


class ImageDataset(Dataset):
    def __init__(self, image_paths: list[str], labels: list[int], transform: Callable | None = None) -> None:
        if len(image_paths) != len(labels):
            raise ValueError(f"{len(image_paths)} paths, but {len(labels)} labels")
        self.image_paths = list(image_paths)
        self.labels = [int(label) for label in labels]
        self.transform = transform

    def __len__(self) -> int:
        return len(self.image_paths)

    def __getitem__(self, idx: int) -> tuple[object, int]:
        from PIL import Image  # at the top of a file of your own

        with Image.open(self.image_paths[idx]) as file:
            image = file.convert("RGB")  # reads the pixels: a new image, which needs no file
        if self.transform is not None:
            image = self.transform(image)
        return image, self.labels[idx]
