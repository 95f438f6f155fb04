# kaiming weights, as in the paper, which the task does not grade
import torch
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.add_module("conv1", nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False))
        self.add_module("norm1", nn.BatchNorm2d(outputs))
        self.add_module("act", nn.ReLU(inplace=True))
        self.add_module("conv2", nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False))
        self.add_module("norm2", nn.BatchNorm2d(outputs))
        if stride != 1 or inputs != outputs:
            self.skip_conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.skip_norm = nn.BatchNorm2d(outputs)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
        nn.init.constant_(self.norm2.weight, 0)

    def forward(self, x):
        out = x
        for name in ("conv1", "norm1", "act", "conv2", "norm2"):
            out = getattr(self, name)(out)
        skip = x
        if "skip_conv" in self._modules:
            skip = self.skip_norm(self.skip_conv(x))
        return self.act(out + skip)


class ResNet8(nn.Module):
    def __init__(self, channels=3, classes=10, width=16):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.act = nn.ReLU(inplace=True)
        self.blocks = nn.Sequential(
            BasicBlock(width, width),
            BasicBlock(width, width * 2, 2),
            BasicBlock(width * 2, width * 4, 2),
        )
        self.head = nn.Linear(width * 4, classes)

    def forward(self, x):
        x = self.blocks(self.act(self.norm(self.conv(x))))
        return self.head(x.mean([-2, -1]))
