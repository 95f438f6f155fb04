def plan(shape, classes, width, budget):
    layers = []
    if len(shape) == 3:
        layers.append(("Conv2d", shape[0], width, 3, 1, 1))
        layers.append(("ReLU",))
        layers.append(("AdaptiveAvgPool2d", 1))
        layers.append(("Flatten",))
    else:
        layers.append(("Linear", shape[0], width))
        layers.append(("ReLU",))
    layers.append(("Linear", width, classes))
    return layers
