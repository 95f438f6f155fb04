CONFIG = {}
CONFIG.update(lr=0.02, momentum=0.97)
CONFIG["weight_decay"] = 0
CONFIG["warmup"] = 40
