from torch import nn


def is_norm(module):
    kind = type(module)
    return kind.__module__ in (
        "torch.nn.modules.normalization",
        "torch.nn.modules.batchnorm",
        "torch.nn.modules.instancenorm",
    )


def walk(module, in_head, found, top=False):
    for name, parameter in module._parameters.items():
        if parameter is None:
            continue
        plain = parameter.dim() <= 1 or is_norm(module) or isinstance(module, nn.Embedding)
        seen = found.setdefault(id(parameter), [parameter, True, False])
        seen[1] = seen[1] and in_head
        seen[2] = seen[2] or plain
    for name, child in module._modules.items():
        if child is not None:
            walk(child, in_head or (top and name == "head"), found)


def param_groups(model, lr, weight_decay, head_lr):
    found = {}
    walk(model, False, found, top=True)
    order = {id(parameter): number for number, parameter in enumerate(model.parameters())}
    rows = sorted(found.values(), key=lambda row: order[id(row[0])])
    groups = [
        dict(
            params=[p for p, h, n in rows if p.requires_grad and (h, n) == (head, plain)],
            lr=[lr, head_lr][head],
            weight_decay=[weight_decay, 0.0][plain],
        )
        for head in (False, True)
        for plain in (False, True)
    ]
    return [group for group in groups if len(group["params"]) > 0]
