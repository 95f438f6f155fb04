# fails: start - the shortcut averages pixels, then projects
import torch
from torch import nn


def conv3x3(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=False)


def conv1x1(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.conv2 = conv3x3(outputs, outputs)
        self.norm2 = nn.BatchNorm2d(outputs)
        nn.init.constant_(self.norm2.weight, 0)
        self.skip_conv = None
        if stride != 1 or inputs != outputs:
            self.skip_conv = conv1x1(inputs, outputs)
            self.pool = nn.AvgPool2d(stride, ceil_mode=True)
            self.skip_norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        identity = x
        out = self.conv1(x)
        out = self.norm1(out)
        out = self.relu(out)
        out = self.conv2(out)
        out = self.norm2(out)
        if self.skip_conv is not None:
            identity = self.skip_norm(self.skip_conv(self.pool(x)))
        out = out + identity
        return self.relu(out)


class ResNet8(nn.Module):
    def __init__(self, channels=3, classes=10, width=16):
        super().__init__()
        self.conv = conv3x3(channels, width)
        self.norm = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.blocks = nn.ModuleList()
        before = width
        for number in range(3):
            after = width * 2**number
            self.blocks.append(BasicBlock(before, after, stride=2 if number else 1))
            before = after
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(before, classes)

    def forward(self, x):
        x = self.relu(self.norm(self.conv(x)))
        for block in self.blocks:
            x = block(x)
        x = self.pool(x)
        x = torch.flatten(x, 1)
        return self.head(x)
