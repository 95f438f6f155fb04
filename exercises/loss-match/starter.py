def loss_for(
    labels: str,
    output: tuple[int, ...],
    gives: str,
    outliers: bool = False,
    ignore: int | None = None,
) -> tuple[str, dict, str, tuple[int, ...]]:
    """Return the loss that fits: its name in torch.nn, its arguments, the target's dtype and shape."""
    raise NotImplementedError
