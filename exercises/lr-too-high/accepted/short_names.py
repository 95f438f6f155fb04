base = 0.05
momentum = 0.95
CONFIG = {
    "warmup": 20,
    "weight_decay": 1e-3,
    "momentum": momentum,
    "lr": base,
}
