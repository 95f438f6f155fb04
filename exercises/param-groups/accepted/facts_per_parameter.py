import torch.nn as nn


def param_groups(model, lr, weight_decay, head_lr):
    no_decay_types = (
        nn.LayerNorm,
        nn.RMSNorm,
        nn.BatchNorm1d,
        nn.BatchNorm2d,
        nn.BatchNorm3d,
        nn.GroupNorm,
        nn.InstanceNorm1d,
        nn.InstanceNorm2d,
        nn.InstanceNorm3d,
        nn.Embedding,
    )
    info = {}
    for mod_name, module in model.named_modules():
        for p_name, p in module.named_parameters(recurse=False):
            full = f"{mod_name}.{p_name}" if mod_name else p_name
            e = info.setdefault(p, [True, False])
            e[0] = e[0] and full.startswith("head.")
            e[1] = e[1] or isinstance(module, no_decay_types) or p.ndim < 2
    out = {(False, False): [], (False, True): [], (True, False): [], (True, True): []}
    for p in model.parameters():
        if p.requires_grad:
            out[tuple(info[p])].append(p)
    return [
        {"params": v, "lr": head_lr if k[0] else lr, "weight_decay": 0.0 if k[1] else weight_decay}
        for k, v in out.items()
        if v
    ]
