# fails: signature - width comes before classes, and names are short
def plan(shape, k, width, limit):
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, k)]
    return [
        ("Conv2d", shape[0], width, 3, 1, 1),
        ("ReLU",),
        ("AdaptiveAvgPool2d", 1),
        ("Flatten",),
        ("Linear", width, k),
    ]
