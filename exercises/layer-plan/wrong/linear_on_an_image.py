# fails: images - a Linear takes the last axis of an image
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, classes)]
    c, h, w = shape
    return [
        ("Conv2d", c, width, 3, 1, 1),
        ("ReLU",),
        ("AdaptiveAvgPool2d", 1),
        ("Linear", width, classes),
    ]
