# fails: images - takes the side after stride 2 for H // 2, which is wrong for odd sides
def plan(shape: tuple[int, ...], classes: int, width: int, budget: int) -> list[tuple]:
    if len(shape) == 1:
        return [("Linear", shape[0], width), ("ReLU",), ("Linear", width, classes)]
    c, h, w = shape
    inputs = width * (h // 2) * (w // 2)
    if h > 1 and w > 1 and (9 * c + 1) * width + (inputs + 1) * classes <= budget:
        # the budget is enough for the whole map
        return [("Conv2d", c, width, 3, 2, 1), ("ReLU",), ("Flatten",), ("Linear", inputs, classes)]
    return [
        ("Conv2d", c, width, 3, 1, 1),
        ("ReLU",),
        ("AdaptiveAvgPool2d", 1),
        ("Flatten",),
        ("Linear", width, classes),
    ]
