# fails: tied - the last place of a shared parameter decides
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

UNDECAYED = (_NormBase, nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.Embedding)


def param_groups(model, lr, weight_decay, head_lr):
    kinds = {}
    for path, module in model.named_modules(remove_duplicate=False):
        for parameter in module.parameters(recurse=False):
            head = path == "head" or path.startswith("head.")
            kinds[parameter] = head, isinstance(module, UNDECAYED) or parameter.ndim < 2
    groups = []
    for kind in ((False, False), (False, True), (True, False), (True, True)):
        params = [p for p in model.parameters() if p.requires_grad and kinds[p] == kind]
        rate, decay = head_lr if kind[0] else lr, 0.0 if kind[1] else weight_decay
        if params:
            groups.append({"params": params, "lr": rate, "weight_decay": decay})
    return groups
