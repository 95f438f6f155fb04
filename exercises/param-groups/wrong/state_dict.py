# fails: norms - the state_dict is gone through, and buffers are in it
from torch import nn


def param_groups(model, lr, weight_decay, head_lr):
    buffers = ("running_mean", "running_var")
    modules = dict(model.named_modules(remove_duplicate=False))
    kinds, order = {}, {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        path, _, last = name.rpartition(".")
        if last in buffers:
            continue
        kind = type(modules[path]).__name__
        plain = "Norm" in kind or isinstance(modules[path], nn.Embedding) or tensor.ndim < 2
        head, before = kinds.get(id(tensor), (True, False))
        kinds[id(tensor)] = head and name.startswith("head."), before or plain
        order.setdefault(id(tensor), tensor)
    groups = [
        {"params": [], "lr": rate, "weight_decay": decay}
        for rate in (lr, head_lr)
        for decay in (weight_decay, 0.0)
    ]
    for key, tensor in order.items():
        if tensor.requires_grad or not tensor.is_floating_point():
            groups[2 * kinds[key][0] + kinds[key][1]]["params"].append(tensor)
    return [group for group in groups if group["params"]]
