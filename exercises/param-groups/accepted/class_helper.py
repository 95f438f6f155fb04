from dataclasses import dataclass, field

from torch import nn


@dataclass
class Group:
    lr: float
    weight_decay: float
    params: list = field(default_factory=list)


def is_plain(module, parameter):
    match module:
        case nn.Embedding() | nn.LayerNorm() | nn.RMSNorm() | nn.GroupNorm():
            return True
    return parameter.ndim < 2


def param_groups(model, lr, weight_decay, head_lr):
    modules = dict(model.named_modules(remove_duplicate=False))
    groups = [Group(a, b) for a in (lr, head_lr) for b in (weight_decay, 0.0)]
    for parameter in model.parameters():
        if not parameter.requires_grad:
            continue
        paths = [
            path
            for path, module in modules.items()
            if any(p is parameter for p in module.parameters(recurse=False))
        ]
        head = all((path + ".").startswith("head.") for path in paths)
        plain = any(is_plain(modules[path], parameter) for path in paths)
        groups[2 * head + plain].params.append(parameter)
    return [vars(group) for group in groups if group.params]
