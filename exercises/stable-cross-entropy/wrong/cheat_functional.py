# cheat: library - the function itself
# expect: not allowed
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    return torch.nn.functional.cross_entropy(
        logits, target, label_smoothing=smoothing, ignore_index=ignore_index
    )
