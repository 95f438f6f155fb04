def plan(shape, classes, width, budget):
    last = ("Linear", width, classes)
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), last]
    convolution = ("Conv2d", shape[0], width, 3, 1, 1)
    return [convolution, ("ReLU",), ("AdaptiveAvgPool2d", 1), ("Flatten",), last]
