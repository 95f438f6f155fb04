from itertools import product

import torch


def param_groups(model, lr, weight_decay, head_lr):
    norms = (
        torch.nn.LayerNorm,
        torch.nn.RMSNorm,
        torch.nn.GroupNorm,
        torch.nn.modules.batchnorm._NormBase,
    )
    no_decay = set()
    for module in model.modules():
        own = set(module.parameters(recurse=False))
        if isinstance(module, norms + (torch.nn.Embedding,)):
            no_decay |= own
        else:
            no_decay |= {p for p in own if len(p.shape) < 2}
    body = set()
    head = getattr(model, "head", None)
    for name, p in model.named_parameters(remove_duplicate=False):
        if head is None or not name.startswith("head."):
            body.add(p)
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = []
    for (rate, in_body), (decay, plain) in product(
        ((lr, True), (head_lr, False)), ((weight_decay, False), (0.0, True))
    ):
        params = [p for p in trained if (p in body) is in_body and (p in no_decay) is plain]
        if params:
            groups.append({"params": params, "lr": rate, "weight_decay": decay})
    return groups
