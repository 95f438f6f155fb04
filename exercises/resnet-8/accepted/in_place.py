import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, stride=stride, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding="same", bias=False)
        self.norm1, self.norm2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        nn.init.constant_(self.norm2.weight, 0.0)
        self.skip_conv = self.skip_norm = None
        if (inputs, stride) != (outputs, 1):
            self.skip_conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.skip_norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.conv1(x)
        y = F.relu_(self.norm1(y))
        y = self.norm2(self.conv2(y))
        if self.skip_conv is not None:
            x = self.skip_norm(self.skip_conv(x))
        y += x
        return y.relu_()


class ResNet8(nn.Module):
    def __init__(self, channels=3, classes=10, width=16):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        widths, before, blocks = [width, 2 * width, 4 * width], width, []
        for place, after in enumerate(widths):
            blocks.append(BasicBlock(before, after, stride=1 if place == 0 else 2))
            before = after
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Linear(before, classes)

    def forward(self, x):
        x = F.relu(self.norm(self.conv(x)), inplace=True)
        for block in self.blocks:
            x = block(x)
        return self.head(F.adaptive_avg_pool2d(x, 1)[:, :, 0, 0])
