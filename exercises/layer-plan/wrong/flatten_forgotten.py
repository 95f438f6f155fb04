# fails: images - nothing makes a vector of the image
# says: and gets
def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, classes)]
    c, h, w = shape
    return [
        ("Conv2d", c, width, 3, 1, 1),
        ("ReLU",),
        ("Linear", width * h * w, classes),
    ]
