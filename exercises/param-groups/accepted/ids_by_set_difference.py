from torch import nn


def ids(parameters):
    return {id(p) for p in parameters}


def param_groups(model, lr, weight_decay, head_lr):
    named = list(model.named_parameters(remove_duplicate=False))
    body = ids(p for name, p in named if not name.startswith("head."))
    head = ids(p for name, p in named) - body
    zero = ids(p for p in model.parameters() if p.dim() < 2)
    for module in model.modules():
        if isinstance(module, nn.Embedding) or type(module).__name__.endswith(
            ("Norm", "Norm1d", "Norm2d", "Norm3d")
        ):
            zero |= ids(module.parameters(recurse=False))
    cells = (
        (body - zero, lr, weight_decay),
        (body & zero, lr, 0.0),
        (head - zero, head_lr, weight_decay),
        (head & zero, head_lr, 0.0),
    )
    groups = []
    for members, rate, decay in cells:
        params = [p for p in model.parameters() if id(p) in members and p.requires_grad]
        groups += [{"params": params, "lr": rate, "weight_decay": decay}] if params else []
    return groups
