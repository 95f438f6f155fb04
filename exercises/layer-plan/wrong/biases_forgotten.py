# fails: budget - as wide as the budget allows, with biases forgotten
def plan(shape, classes, width, budget):
    kernel = 9 if len(shape) == 3 else 1
    width = max(width, budget // (shape[0] * kernel + classes))
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, classes)]
    return [
        ("Conv2d", shape[0], width, 3, 1, 1),
        ("ReLU",),
        ("AdaptiveAvgPool2d", 1),
        ("Flatten",),
        ("Linear", width, classes),
    ]
