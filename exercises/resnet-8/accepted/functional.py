from torch import nn
from torch.nn import functional as F


def normed(conv, norm, x):
    x = F.conv2d(x, conv.weight, None, conv.stride, conv.padding)
    return F.batch_norm(
        x,
        norm.running_mean,
        norm.running_var,
        norm.weight,
        norm.bias,
        training=norm.training,
        momentum=0.1,
        eps=1e-5,
    )


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        if not (inputs == outputs and stride == 1):
            self.skip_conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.skip_norm = nn.BatchNorm2d(outputs)
        for name, parameter in self.named_parameters():
            if name == "norm2.weight":
                nn.init.zeros_(parameter)

    def forward(self, x):
        pairs = [(self.conv1, self.norm1), (self.conv2, self.norm2)]
        out = normed(*pairs[1], F.relu(normed(*pairs[0], x)))
        if "skip_conv" in dict(self.named_children()):
            return F.relu(out + normed(self.skip_conv, self.skip_norm, x))
        return F.relu(out + x)


class ResNet8(nn.Module):
    def __init__(self, channels=3, classes=10, width=16):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        sizes = [width, width, 2 * width, 4 * width]
        strides = [1, 2, 2]
        self.blocks = nn.Sequential(*map(BasicBlock, sizes, sizes[1:], strides))
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, x):
        x = F.relu(normed(self.conv, self.norm, x))
        x = self.blocks(x)
        x = F.avg_pool2d(x, x.shape[2:]).flatten(1)
        return F.linear(x, self.head.weight, self.head.bias)
