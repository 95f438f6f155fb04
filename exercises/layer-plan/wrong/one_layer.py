# fails: relu-between - a single Linear for a vector
# says: layers with weights: 1
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("Linear", shape[0], classes)]
    c, h, w = shape
    return [
        ("Conv2d", c, width, 3, 1, 1),
        ("ReLU",),
        ("AdaptiveAvgPool2d", 1),
        ("Flatten",),
        ("Linear", width, classes),
    ]
