# fails: width - a hidden width of its own
# says: at least
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("Linear", shape[0], 2), ("ReLU",), ("Linear", 2, classes)]
    c, h, w = shape
    return [
        ("Conv2d", c, width, 3, 1, 1),
        ("ReLU",),
        ("AdaptiveAvgPool2d", 1),
        ("Flatten",),
        ("Linear", width, classes),
    ]
