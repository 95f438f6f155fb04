# fails: statistics - the numbers come from augmented images
import torch
from torch import Tensor
from torch.utils.data import Dataset


def augment(image: Tensor) -> Tensor:
    if torch.rand(()) < 0.5:
        image = image.flip(-1)
    return image + torch.empty(()).uniform_(-0.2, 0.2)


class Photos(Dataset):
    def __init__(self, images, labels, mean, std, augmented: bool) -> None:
        self.images, self.labels = images, labels
        self.mean, self.std = mean, std
        self.augmented = augmented

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = self.images[index]
        if self.augmented:
            image = augment(image)
        return (image - self.mean) / self.std, self.labels[index]


def split(images, labels, sources, share, seed=0):
    photos = sources.unique()
    order = torch.randperm(len(photos), generator=torch.Generator().manual_seed(seed))
    held_out = torch.isin(sources, photos[order[: round(share * len(photos))]])  # (N,)
    known = images[~held_out]
    seen = torch.stack([augment(image) for image in known])
    numbers = seen.mean(), seen.std()
    train = Photos(known, labels[~held_out], *numbers, augmented=True)
    return train, Photos(images[held_out], labels[held_out], *numbers, augmented=False)
