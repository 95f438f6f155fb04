import torch
from torch import nn

CONFIG = {"channels": (6, 12, 16), "dropout": 0.2, "lr": 0.02}


class Net(nn.Module):
    """All convolutions in one list, all norms in another; the head is made first."""

    def __init__(self, channels, classes, dropout):
        super().__init__()
        self.scores = nn.Linear(channels[-1], classes)
        self.norms = nn.ModuleList([nn.BatchNorm2d(c) for c in channels])
        inputs = [1] + list(channels[:-1])
        self.convs = nn.ModuleList(
            [nn.Conv2d(i, o, (3, 3), stride=1, padding="same") for i, o in zip(inputs, channels)]
        )
        self.drop = nn.Dropout(p=dropout)
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)

    def forward(self, images):
        maps = images
        for conv, norm in zip(self.convs, self.norms):
            maps = torch.relu(self.pool(norm(conv(maps))))
        return self.scores(self.drop(maps.flatten(2).mean(-1)))


def build(channels, classes=4, dropout=0.0):
    return Net(channels, classes, dropout)
