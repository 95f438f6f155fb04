# fails: sources - rows are drawn, and cuts of one photo come to both sides
# says: rows on both sides
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
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    count = round(share * len(images))
    held, kept = order[:count], order[count:]
    known = images[kept]
    numbers = known.mean(), known.std()
    train = Photos(known, labels[kept], *numbers, augmented=True)
    return train, Photos(images[held], labels[held], *numbers, augmented=False)
