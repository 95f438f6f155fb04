# fails: same - what has been sorted once is left out in every later call
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

UNDECAYED = (_NormBase, nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.Embedding)
seen = set()


def param_groups(model, lr, weight_decay, head_lr):
    groups = [
        {"params": [], "lr": rate, "weight_decay": decay}
        for rate in (lr, head_lr)
        for decay in (weight_decay, 0.0)
    ]
    for path, module in model.named_modules():
        for parameter in module.parameters(recurse=False):
            if parameter in seen or not parameter.requires_grad:
                continue
            seen.add(parameter)
            plain = isinstance(module, UNDECAYED) or parameter.ndim < 2
            groups[2 * path.startswith("head") + plain]["params"].append(parameter)
    return [group for group in groups if group["params"]]
