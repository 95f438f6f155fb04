import cmath


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    if step < total:
        turn = cmath.exp(1j * cmath.pi * (step - warmup) / (total - warmup)).real
        return 0.5 * (base_lr * (1 + turn) + min_lr * (1 - turn))
    return float(min_lr)
