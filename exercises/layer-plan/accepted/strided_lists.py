def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [["Linear", shape[0], width], ["ReLU"], ["Linear", width, classes]]
    channels = shape[0]
    return [
        ["Conv2d", channels, width, 3, 2, 1],
        ["AdaptiveAvgPool2d", 1],
        ["ReLU"],
        ["Flatten"],
        ["Linear", width, classes],
    ]
