# fails: images - the image is flattened at once
# says: through no Conv2d
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, classes)]
    c, h, w = shape
    return [
        ("AdaptiveAvgPool2d", 1),
        ("Flatten",),
        ("Linear", c, width),
        ("ReLU",),
        ("Linear", width, classes),
    ]
