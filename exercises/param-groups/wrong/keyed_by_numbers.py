# fails: whole - groups with equal numbers become one
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

UNDECAYED = (_NormBase, nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.Embedding)


def param_groups(model, lr, weight_decay, head_lr):
    places = {}
    for path, module in model.named_modules(remove_duplicate=False):
        for parameter in module.parameters(recurse=False):
            places.setdefault(parameter, []).append((path, module))
    groups = {(rate, decay): [] for rate in (lr, head_lr) for decay in (weight_decay, 0.0)}
    for parameter in model.parameters():
        if not parameter.requires_grad:
            continue
        head = all((path + ".").startswith("head.") for path, _ in places[parameter])
        plain = parameter.ndim < 2 or any(isinstance(m, UNDECAYED) for _, m in places[parameter])
        groups[head_lr if head else lr, 0.0 if plain else weight_decay].append(parameter)
    return [
        {"params": params, "lr": rate, "weight_decay": decay}
        for (rate, decay), params in groups.items()
        if params
    ]
