def trace(layers: list[tuple[str, dict]], shape: tuple[int, ...]) -> list[tuple[int, ...] | None]:
    """Say which shape comes out of each layer of a stack.

    Args:
        layers: Pairs of a kind, "Linear", "Flatten", "Conv2d", "MaxPool2d" or "ConvTranspose2d",
            and the keyword arguments of PyTorch's class of this name.
        shape: The shape that goes into the first layer, the batch first.

    Returns:
        A shape for each layer; at the first impossible one None, and nothing after it.
    """
    raise NotImplementedError
