# fails: budget - the whole image goes into the last Linear
# says: at most
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, classes)]
    c, h, w = shape
    return [
        ("Conv2d", c, width, 3, 1, 1),
        ("ReLU",),
        ("Flatten",),
        ("Linear", width * h * w, classes),
    ]
