import math
from dataclasses import dataclass


@dataclass
class Schedule:
    base_lr: float
    warmup: int
    total: int
    min_lr: float

    def warm(self, step):
        return self.base_lr * (step + 1) / self.warmup

    def wave(self, step):
        progress = (step - self.warmup) / (self.total - self.warmup)
        share = 0.5 * math.cos(progress * math.pi) + 0.5
        return share * (self.base_lr - self.min_lr) + self.min_lr

    def __call__(self, step):
        if step in range(self.warmup):
            return self.warm(step)
        return self.wave(step) if step in range(self.warmup, self.total) else self.min_lr


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    return Schedule(base_lr, warmup, total, min_lr)(step)
