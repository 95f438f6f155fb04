# fails: still - both sets share one data set that augments
# says: another at the next reading
import torch
from torch import Tensor
from torch.utils.data import Dataset, Subset


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
    ids = sources.unique()
    order = torch.randperm(len(ids), generator=torch.Generator().manual_seed(seed))
    held_out = torch.isin(sources, ids[order[: round(share * len(ids))]])
    known = images[~held_out]
    photos = Photos(images, labels, known.mean(), known.std(), augmented=True)
    clean = Photos(images, labels, known.mean(), known.std(), augmented=False)  # never used
    train = Subset(photos, (~held_out).nonzero().flatten().tolist())
    val = Subset(photos, held_out.nonzero().flatten().tolist())
    return train, val
