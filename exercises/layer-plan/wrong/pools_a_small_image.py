# fails: images - 2 × 2 pooling of an image of one pixel
# says: larger than the image
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, classes)]
    c, h, w = shape
    return [
        ("Conv2d", c, width, 3, 1, 1),
        ("ReLU",),
        ("MaxPool2d", 2),
        ("AdaptiveAvgPool2d", 1),
        ("Flatten",),
        ("Linear", width, classes),
    ]
