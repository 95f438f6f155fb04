def plan(shape, classes, width, budget):
    per_unit = (9 if len(shape) == 3 else 1) * shape[0] + 1 + classes
    widest = (budget - classes) // per_unit
    if len(shape) == 1:
        return [("Linear", shape[0], widest), ("ReLU",), ("Linear", widest, classes)]
    image = [("Conv2d", shape[0], widest, 3, 1, 1), ("ReLU",), ("AdaptiveAvgPool2d", 1)]
    return image + [("Flatten",), ("Linear", widest, classes)]
