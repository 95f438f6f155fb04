def plan(shape, classes, width, budget):
    if len(shape) == 1:
        first, rest = ("Linear", shape[0], width), []
    else:
        first = ("Conv2d", shape[0], width, 1, 1, 0)
        rest = [("AdaptiveAvgPool2d", 1), ("Flatten",)]
    return [first, ("ReLU",), *rest, ("Linear", width, classes)]
