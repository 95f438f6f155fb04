def plan(shape: tuple[int, ...], classes: int, width: int, budget: int) -> list[tuple]:
    """Return the layers of a classifier, in order: `[("Linear", 4, 8), ("ReLU",), …]`.

    Args:
        shape: Of one input: (F,) or (C, H, W).
        classes: How many scores come out.
        width: How many numbers the last layer has to read at least.
        budget: How many parameters there may be in all.
    """
    raise NotImplementedError
