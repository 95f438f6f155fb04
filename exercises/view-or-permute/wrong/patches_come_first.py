# fails: scores - samples and patches are exchanged before the mean is asked for
import torch
from torch import nn


def channels_first(images):
    x = torch.stack(images.unbind(-1), dim=1)
    return x.type(torch.float32) * (1 / 255)


def patches(x, size):
    strips = torch.stack(x.split(size, dim=2), dim=1)
    squares = torch.stack(strips.split(size, dim=-1), dim=2)
    return squares.flatten(start_dim=3).flatten(1, 2)


def mean_of_patches(scores, samples):
    per = scores.size(0) // samples
    out = scores.new_zeros(samples, scores.size(1))
    owner = torch.arange(samples).repeat_interleave(per)
    return out.index_add(0, owner, scores) / per


def score_map(scores, height, width, size):
    return torch.movedim(scores, 2, 1).reshape(
        scores.size(0), scores.size(2), height // size, width // size
    )


def probabilities(scores):
    e = (scores - scores.max(dim=1, keepdim=True).values).exp()
    return e / e.sum(1, keepdim=True)


class PatchNet(nn.Module):
    def __init__(self, channels, size, classes, width=32):
        super().__init__()
        self.embed = nn.Linear(channels * size**2, width)
        self.act = nn.ReLU()
        self.head = nn.Linear(width, classes)
        self.size = size

    def patch_scores(self, images):
        return self.head(self.act(self.embed(patches(channels_first(images), self.size))))

    def forward(self, images):
        s = self.patch_scores(images)
        n, p, k = s.shape
        return mean_of_patches(s.transpose(0, 1).reshape(n * p, k), n)
