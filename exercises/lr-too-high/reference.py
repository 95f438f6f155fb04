CONFIG = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0001, "warmup": 10}
