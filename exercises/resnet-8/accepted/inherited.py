import torch
from torch import Tensor, nn


class Conv(nn.Conv2d):
    """A convolution without a bias that keeps the size, but for its stride."""

    def __init__(self, inputs, outputs, size=3, stride=1):
        super().__init__(inputs, outputs, size, stride, padding=size // 2, bias=False)


class Stem(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = Conv(inputs, outputs)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.conv(x)))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1, self.norm1 = Conv(inputs, outputs, stride=stride), nn.BatchNorm2d(outputs)
        self.conv2, self.norm2 = Conv(outputs, outputs), nn.BatchNorm2d(outputs)
        self.norm2.load_state_dict({"weight": torch.zeros(outputs)}, strict=False)
        fits = inputs == outputs and stride == 1
        if not fits:
            self.skip_conv = Conv(inputs, outputs, 1, stride)
            self.skip_norm = nn.BatchNorm2d(outputs)
        self.shortcut = self._same if fits else self._projected

    def _same(self, x: Tensor) -> Tensor:
        return x

    def _projected(self, x: Tensor) -> Tensor:
        return self.skip_norm(self.skip_conv(x))

    def forward(self, x: Tensor) -> Tensor:
        total = self.shortcut(x).clone()
        total = total + self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x)))))
        return torch.where(total > 0, total, 0)


class ResNet8(Stem):
    def __init__(self, channels=3, classes=10, width=16):
        super().__init__(channels, width)
        plan = [(width, width, 1), (width, 2 * width, 2), (2 * width, 4 * width, 2)]
        self.blocks = nn.Sequential()
        for place, (before, after, stride) in enumerate(plan):
            self.blocks.add_module(str(place), BasicBlock(before, after, stride=stride))
        self.head = nn.Linear(4 * width, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(super().forward(x)).flatten(2).mean(-1))
