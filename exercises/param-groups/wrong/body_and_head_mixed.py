# fails: dimensions - the groups without decay come first
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

UNDECAYED = (_NormBase, nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.Embedding)


def param_groups(
    model: nn.Module, lr: float, weight_decay: float, head_lr: float
) -> list[dict[str, Any]]:
    outside, plain = set(), set()  # ids of parameters that are used in the body, and undecayed
    for path, module in model.named_modules(remove_duplicate=False):
        for parameter in module.parameters(recurse=False):
            if path != "head" and not path.startswith("head."):
                outside.add(id(parameter))
            if isinstance(module, UNDECAYED) or parameter.ndim < 2:
                plain.add(id(parameter))
    groups = [
        {"params": [], "lr": rate, "weight_decay": decay}
        for rate in (lr, head_lr)
        for decay in (0.0, weight_decay)
    ]
    for parameter in model.parameters():
        if parameter.requires_grad:
            place = 2 * (id(parameter) not in outside) + (id(parameter) not in plain)
            groups[place]["params"].append(parameter)
    return [group for group in groups if group["params"]]
