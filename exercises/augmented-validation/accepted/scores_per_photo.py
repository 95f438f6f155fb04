import torch


def augment(image: torch.Tensor) -> torch.Tensor:
    columns = list(range(image.shape[2]))
    if bool(torch.randint(2, ())):
        columns.reverse()
    return image[:, :, columns] + float(torch.rand(())) * 0.4 - 0.2


class Training:
    def __init__(self, images, labels, rows):
        self.images, self.labels, self.rows = images, labels, rows
        self.mean, self.std = images[rows].mean(), images[rows].std()

    def __len__(self):
        return len(self.rows)

    def look(self, image):
        return augment(image)

    def __getitem__(self, i):
        row = self.rows[i]
        return (self.look(self.images[row]) - self.mean) / self.std, self.labels[row]


class Validation(Training):
    def __init__(self, training, rows):
        self.__dict__.update(training.__dict__)
        self.rows = rows

    def look(self, image):
        return image


def split(images, labels, sources, share, seed=0):
    ids, inverse = torch.unique(sources, return_inverse=True)
    generator = torch.Generator().manual_seed(seed)
    score = torch.rand(len(ids), generator=generator)
    rank = score.argsort().argsort()[inverse]  # (N,)
    count = round(share * len(ids))
    rows = torch.arange(len(images))
    train = Training(images, labels, rows[rank >= count])
    return train, Validation(train, rows[rank < count])
