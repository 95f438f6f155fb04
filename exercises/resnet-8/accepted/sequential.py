from collections import OrderedDict

import torch
from torch import nn


def normed(module, number, inputs, outputs, stride=1, name=""):
    conv = nn.Conv2d(inputs, outputs, 1 if name else 3, stride, 0 if name else 1, bias=False)
    module.add_module(f"{name}conv{number}", conv)
    module.add_module(f"{name}norm{number}", nn.BatchNorm2d(outputs))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        normed(self, 1, inputs, outputs, stride)
        normed(self, 2, outputs, outputs)
        if stride != 1 or inputs != outputs:
            normed(self, "", inputs, outputs, stride, "skip_")
        with torch.no_grad():
            self.norm2.weight.fill_(0)

    def branch(self, x):
        x = self.conv1(x)
        x = self.norm1(x).clamp(min=0)
        return self.norm2(self.conv2(x))

    def shortcut(self, x):
        return self.skip_norm(self.skip_conv(x)) if hasattr(self, "skip_conv") else x

    def forward(self, x):
        return torch.clamp_min(self.shortcut(x) + self.branch(x), 0)


class ResNet8(nn.Sequential):
    def __init__(self, channels=3, classes=10, width=16):
        blocks = nn.Sequential()
        for number in range(3):
            before = width * 2 ** max(0, number - 1)
            blocks.append(BasicBlock(before, width * 2**number, min(2, number + 1)))
        layers = {
            "conv": nn.Conv2d(channels, width, 3, padding=1, bias=False),
            "norm": nn.BatchNorm2d(width),
            "relu": nn.ReLU(),
            "blocks": blocks,
            "pool": nn.AdaptiveAvgPool2d(1),
            "flatten": nn.Flatten(),
            "head": nn.Linear(4 * width, classes),
        }
        super().__init__(OrderedDict(layers))
