"""Make a training set and a validation set of photos."""

import copy

import torch
from torch import Tensor
from torch.utils.data import Dataset, Subset


def augment(image: Tensor) -> Tensor:
    """A random variant: image (C, H, W) -> (C, H, W)."""
    image = image.clone()
    if torch.rand(()) < 0.5:
        image = image.flip(-1)
    image += torch.empty(()).uniform_(-0.2, 0.2)
    return image


class Photos(Dataset):
    """Standardised images (N, C, H, W) and their labels (N,)."""

    def __init__(self, images, labels, mean, std) -> None:
        self.images = images
        self.labels = labels
        self.mean = mean
        self.std = std
        self.augmented = True

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int):
        image = self.images[index]
        if self.augmented:
            image = augment(image)
        return (image - self.mean) / self.std, self.labels[index]


def split(images, labels, sources, share, seed=0):
    ids = sorted(set(sources.tolist()))
    gen = torch.Generator()
    gen.manual_seed(seed)
    perm = torch.randperm(len(ids), generator=gen).tolist()
    held = {ids[i] for i in perm[: round(share * len(ids))]}
    val_rows = [i for i, s in enumerate(sources.tolist()) if s in held]
    train_rows = [i for i, s in enumerate(sources.tolist()) if s not in held]
    known = images[train_rows]
    photos = Photos(images, labels, known.mean(), known.std())
    clean = copy.copy(photos)
    clean.augmented = False
    return Subset(photos, train_rows), Subset(clean, val_rows)
