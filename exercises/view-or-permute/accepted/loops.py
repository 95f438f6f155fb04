import torch
from torch import nn


def channels_first(images):
    return images.permute(0, 3, 1, 2).float() / 255  # (N, H, W, C) -> (N, C, H, W)


def patches(x, size):
    n, c, h, w = x.shape
    found = []
    for top in range(0, h, size):
        for left in range(0, w, size):
            found.append(x[:, :, top : top + size, left : left + size].flatten(1))
    return torch.stack(found, dim=1)


def mean_of_patches(scores, samples):
    return torch.stack([part.mean(0) for part in scores.chunk(samples)])


def score_map(scores, height, width, size):
    return torch.stack(
        [
            scores[:, top * (width // size) : (top + 1) * (width // size)]
            for top in range(height // size)
        ],
        dim=1,
    ).permute(0, 3, 1, 2)


def probabilities(scores):
    return torch.stack([row.softmax(0) for row in scores])


class PatchNet(nn.Module):
    def __init__(self, channels, size, classes, width=32):
        super().__init__()
        self.size = size
        self.embed = nn.Linear(channels * size * size, width)
        self.head = nn.Linear(width, classes)

    def patch_scores(self, images):
        x = patches(channels_first(images), self.size)
        return self.head(torch.relu(self.embed(x)))  # (N, P, K)

    def forward(self, images):
        scores = self.patch_scores(images)
        return mean_of_patches(scores.flatten(0, 1), len(images))
