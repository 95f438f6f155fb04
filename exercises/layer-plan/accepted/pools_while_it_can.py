def plan(shape, classes, width, budget):
    if len(shape) == 1:
        (n,) = shape
        return [("Linear", n, width), ("ReLU",), ("Linear", width, classes)]
    c, h, w = shape
    layers = [("Conv2d", c, width, 3, 1, 1), ("ReLU",)]
    while h >= 2 and w >= 2:
        layers.append(("MaxPool2d", 2))
        h, w = h // 2, w // 2
    layers += [("AdaptiveAvgPool2d", 1), ("Flatten",), ("Linear", width, classes)]
    return layers
