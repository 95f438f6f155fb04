import math
from dataclasses import dataclass


@dataclass
class Run:
    lr: float
    losses: list[float]

    @property
    def diverged(self):
        return any(math.isnan(x) or math.isinf(x) for x in self.losses)

    @property
    def score(self):
        tail = list(reversed(self.losses))[: max(1, len(self.losses) // 10)]
        return sum(tail) / len(tail)

    def __lt__(self, other):
        if self.score == other.score:
            return self.lr < other.lr
        return self.score < other.score


def best_lr(runs):
    runs = [Run(*run) for run in runs]
    return min(run for run in runs if not run.diverged).lr
