# fails: norms - whatever has two dimensions decays
# says: the weight_decay of
def param_groups(model, lr, weight_decay, head_lr):
    places = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        places.setdefault(parameter, []).append(name)
    groups = [
        {"params": [], "lr": rate, "weight_decay": decay}
        for rate in (lr, head_lr)
        for decay in (weight_decay, 0.0)
    ]
    for parameter, names in places.items():
        if parameter.requires_grad:
            head = all(name.startswith("head.") for name in names)
            groups[2 * head + (parameter.ndim < 2)]["params"].append(parameter)
    return [group for group in groups if group["params"]]
