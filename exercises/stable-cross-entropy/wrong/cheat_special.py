# cheat: library - the same function in another module
# expect: not allowed
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    log_p = torch.special.log_softmax(logits, 1)
    rows = log_p.movedim(1, -1)[target != ignore_index]
    labels = target[target != ignore_index]
    hit = rows.gather(1, labels[:, None]).sum()
    total = (1 - smoothing) * hit + smoothing * rows.mean(dim=1).sum()
    return -total / max(len(labels), 1)
