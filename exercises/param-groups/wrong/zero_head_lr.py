# fails: whole - a head_lr of 0.0 falls back to lr
from typing import Any

from torch import nn

NORMS = (nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.modules.batchnorm._NormBase)


def param_groups(
    model: nn.Module, lr: float, weight_decay: float, head_lr: float
) -> list[dict[str, Any]]:
    head = getattr(model, "head", None)
    in_head = set(head.modules()) if isinstance(head, nn.Module) else set()
    plain, body = set(), set()
    for module in model.modules():
        for name, p in module._parameters.items():
            if p is None:
                continue
            if p.ndim < 2 or isinstance(module, NORMS):
                plain.add(p)
            if isinstance(module, nn.Embedding) and name == "weight":
                plain.add(p)
            if module not in in_head:
                body.add(p)

    groups = [
        {"params": [], "lr": lr, "weight_decay": weight_decay},
        {"params": [], "lr": lr, "weight_decay": 0.0},
        {"params": [], "lr": head_lr or lr, "weight_decay": weight_decay},
        {"params": [], "lr": head_lr or lr, "weight_decay": 0.0},
    ]
    for p in model.parameters():
        if not p.requires_grad:
            continue
        groups[2 * (p not in body) + (p in plain)]["params"].append(p)
    return [g for g in groups if g["params"]]
