# fails: layers - the head has no bias
# says: has no `head.bias`
import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        nn.init.zeros_(self.norm2.weight)
        self.project = stride != 1 or inputs != outputs
        if self.project:
            self.skip_conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.skip_norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        shortcut = self.skip_norm(self.skip_conv(x)) if self.project else x
        x = F.relu(self.norm1(self.conv1(x)))
        x = self.norm2(self.conv2(x))
        return F.relu(x + shortcut)


class ResNet8(nn.Module):
    def __init__(self, channels=3, classes=10, width=16):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.blocks = nn.Sequential(
            BasicBlock(width, width),
            BasicBlock(width, 2 * width, 2),
            BasicBlock(2 * width, 4 * width, 2),
        )
        self.head = nn.Linear(4 * width, classes, bias=False)

    def forward(self, x):
        x = F.relu(self.norm(self.conv(x)))
        x = self.blocks(x)
        return self.head(x.mean((2, 3)))
