from collections import defaultdict


def param_groups(model, lr, weight_decay, head_lr):
    facts = defaultdict(lambda: {"body": False, "plain": False})
    for path, module in model.named_modules(remove_duplicate=False):
        kind = type(module).__name__
        special = "Norm" in kind or kind == "Embedding"
        for name, parameter in module.named_parameters(recurse=False):
            fact = facts[id(parameter)]
            fact["body"] |= path.split(".")[0] != "head"
            fact["plain"] |= special or parameter.ndim < 2

    table = {}
    for _, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        fact = facts[id(parameter)]
        table.setdefault((not fact["body"], fact["plain"]), []).append(parameter)

    return [
        {
            "params": table[key],
            "lr": head_lr if key[0] else lr,
            "weight_decay": 0.0 if key[1] else weight_decay,
        }
        for key in sorted(table)
    ]
