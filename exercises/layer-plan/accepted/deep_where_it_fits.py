def plan(shape, classes, width, budget):
    def size(layers):
        total = 0
        for name, *numbers in layers:
            if name == "Linear":
                total += (numbers[0] + 1) * numbers[1]
            elif name == "Conv2d":
                total += (numbers[0] * numbers[2] ** 2 + 1) * numbers[1]
        return total

    tail = [("Linear", width, classes)]
    hidden = [("Linear", width, width), ("ReLU",)]
    if len(shape) == 1:
        head = [("Linear", shape[0], width), ("ReLU",)]
    else:
        head = [
            ("AdaptiveAvgPool2d", 3),
            ("Conv2d", shape[0], width, 3, 1, 0),
            ("ReLU",),
            ("Flatten",),
        ]
    return head + hidden + tail if size(head + hidden + tail) <= budget else head + tail
