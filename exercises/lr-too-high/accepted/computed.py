import math


def half_life(steps):
    """The momentum with which half of a gradient is left after so many steps."""
    return 0.5 ** (1 / steps)


def choose(target, steps=5):
    momentum = half_life(steps)
    return {
        "lr": target * (1 - momentum),
        "momentum": momentum,
        "weight_decay": 10.0**-5,
        "warmup": math.ceil(2 * steps),
    }


CONFIG = choose(1.2)
