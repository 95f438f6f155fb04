# fails: images - made for images of 32 × 32
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, classes)]
    c, h, w = shape
    return [
        ("Conv2d", c, 4, 3, 2, 1),
        ("ReLU",),
        ("MaxPool2d", 4),
        ("Flatten",),
        ("Linear", 4 * 4 * 4, classes),
    ]
