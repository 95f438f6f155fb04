def lr_at(step: int, base_lr: float, warmup: int, total: int, min_lr: float = 0.0) -> float:
    """Return the learning rate of a step, counted from 0.

    It rises to `base_lr` over `warmup` steps, and then falls along half a cosine to `min_lr`, which
    it reaches at step `total`.
    """
    raise NotImplementedError
