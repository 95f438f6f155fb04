# mends: changes - each set has its own data set, and one of them augments
"""Make a training set and a validation set of photos. It runs without an error, and is wrong."""

import copy

import torch
from torch import Tensor
from torch.utils.data import Dataset, random_split


def augment(image: Tensor) -> Tensor:
    """A random variant: image (C, H, W) -> (C, H, W)."""
    if torch.rand(()) < 0.5:
        image = image.flip(-1)
    image += torch.empty(()).uniform_(-0.2, 0.2)
    return image


class Photos(Dataset):
    """Standardised images (N, C, H, W) and their labels (N,)."""

    def __init__(self, images: Tensor, labels: Tensor, mean: Tensor, std: Tensor) -> None:
        self.images = images
        self.labels = labels
        self.mean = mean
        self.std = std
        self.augmented = True

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = self.images[index]
        if self.augmented:
            image = augment(image)
        return (image - self.mean) / self.std, self.labels[index]


def split(
    images: Tensor, labels: Tensor, sources: Tensor, share: float, seed: int = 0
) -> tuple[Dataset, Dataset]:
    """A training set and a validation set.

    Args:
        images: (N, C, H, W) float32.
        labels: (N,) int64.
        sources: (N,) int64, the photo that each row was cut from.
        share: The part of the photos that goes to validation.
        seed: The same seed gives the same sides.
    """
    photos = Photos(images, labels, images.mean(), images.std())
    held_out = round(share * len(photos))
    train, val = random_split(photos, [len(photos) - held_out, held_out])
    val.dataset = copy.copy(photos)
    val.dataset.augmented = False
    return train, val
