# fails: mean-of-patches - axes of length 1 are squeezed away
# says: shape
import torch
from torch import nn


def channels_first(images):
    return images.permute(0, 3, 1, 2).float() / 255  # (N, H, W, C) -> (N, C, H, W)


def patches(x, size):
    n, c, h, w = x.shape
    x = x.reshape(n, c, h // size, size, w // size, size)
    x = x.permute(0, 2, 4, 1, 3, 5)  # (N, rows, columns, C, size, size)
    return x.reshape(n, -1, c * size * size)


def mean_of_patches(scores, samples):
    return scores.reshape(samples, -1, scores.shape[1]).mean(dim=1).squeeze()  # (N, P, K) -> (N, K)


def score_map(scores, height, width, size):
    return scores.transpose(1, 2).unflatten(2, (height // size, width // size))


def probabilities(scores):
    return scores.softmax(dim=1)


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
