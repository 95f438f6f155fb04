# fails: relu-between - the ReLU comes in front of both
# says: no ReLU between
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("ReLU",), ("Linear", shape[0], width), ("Linear", width, classes)]
    c, h, w = shape
    return [
        ("Conv2d", c, width, 3, 1, 1),
        ("ReLU",),
        ("AdaptiveAvgPool2d", 1),
        ("Flatten",),
        ("Linear", width, classes),
    ]
