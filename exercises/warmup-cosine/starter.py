def lr_at(step: int, base_lr: float, warmup: int, total: int, min_lr: float = 0.0) -> float:
    """The learning rate of one step: a linear warm-up, then half a cosine.

    Args:
        step: Which step, from 0 on.
        base_lr: The learning rate at the end of the warm-up.
        warmup: How many steps the warm-up has, 0 to `total`.
        total: The step that reaches `min_lr`.
        min_lr: The learning rate from step `total` on.

    Returns:
        The learning rate of this step.
    """
    raise NotImplementedError
