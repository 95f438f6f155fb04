CONFIG = dict(lr=1, momentum=0, weight_decay=0, warmup=0)
