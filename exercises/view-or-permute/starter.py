"""Classify images by their patches. It runs on every image, and it is no better than guessing."""

import torch
from torch import Tensor, nn


def channels_first(images: Tensor) -> Tensor:
    """Pixels (N, H, W, C), uint8 -> (N, C, H, W), float32 from 0.0 to 1.0."""
    n, h, w, c = images.shape
    return images.reshape(n, c, h, w).float() / 255


def patches(x: Tensor, size: int) -> Tensor:
    """Images (N, C, H, W) -> patches (N, P, C * size * size), row by row of patches."""
    n, c, h, w = x.shape
    rows, columns = h // size, w // size
    x = x.reshape(n, c, rows, size, columns, size)
    return x.reshape(n, rows * columns, c * size * size)


def mean_of_patches(scores: Tensor, samples: int) -> Tensor:
    """Scores (N * P, K), the patches of one sample after those of another -> their means (N, K)."""
    return scores.reshape(-1, samples, scores.shape[1]).mean(dim=0)


def score_map(scores: Tensor, height: int, width: int, size: int) -> Tensor:
    """Scores of all patches (N, P, K) -> a map for each class (N, K, H / size, W / size)."""
    n, _, k = scores.shape
    return scores.transpose(1, 2).reshape(n, k, width // size, height // size)


def probabilities(scores: Tensor) -> Tensor:
    """Scores (N, K) -> probabilities of the classes (N, K)."""
    return scores.softmax(dim=0)


class PatchNet(nn.Module):
    """A small network that looks at each patch, and averages what it sees."""

    def __init__(self, channels: int, size: int, classes: int, width: int = 32) -> None:
        super().__init__()
        self.size = size
        self.embed = nn.Linear(channels * size * size, width)
        self.head = nn.Linear(width, classes)

    def patch_scores(self, images: Tensor) -> Tensor:
        """Pixels (N, H, W, C), uint8 -> scores of all patches (N, P, K)."""
        x = patches(channels_first(images), self.size)
        return self.head(torch.relu(self.embed(x)))

    def forward(self, images: Tensor) -> Tensor:
        """Pixels (N, H, W, C), uint8 -> scores (N, K)."""
        scores = self.patch_scores(images)
        return mean_of_patches(scores.flatten(0, 1), len(images))
