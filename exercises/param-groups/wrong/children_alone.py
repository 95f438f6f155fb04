# fails: dimensions - modules are looked at one level deep
# says: is in no group
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

UNDECAYED = (_NormBase, nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.Embedding)


def param_groups(model, lr, weight_decay, head_lr):
    groups = [
        {"params": [], "lr": rate, "weight_decay": decay}
        for rate in (lr, head_lr)
        for decay in (weight_decay, 0.0)
    ]
    for name, module in model.named_children():
        for parameter in module.parameters(recurse=False):
            if parameter.requires_grad:
                plain = isinstance(module, UNDECAYED) or parameter.ndim < 2
                groups[2 * (name == "head") + plain]["params"].append(parameter)
    return [group for group in groups if group["params"]]
