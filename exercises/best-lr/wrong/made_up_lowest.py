# fails: lowest - begins with a made-up score of 1000, so that runs above it never win
import math


def best_lr(runs: list[tuple[float, list[float]]]) -> float:
    best_score, best = 1000.0, 0.0
    for lr, losses in sorted(runs, key=lambda r: r[0]):
        if not all(math.isfinite(x) for x in losses):
            continue
        k = max(1, len(losses) // 10)
        score = sum(losses[-k:]) / k
        if score < best_score:
            best_score, best = score, lr
    if not best:
        raise ValueError("no run left")
    return best
