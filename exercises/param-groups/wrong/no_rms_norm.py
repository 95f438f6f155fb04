# fails: norms - the list of norms ends with those one knows
from torch import nn

NORMS = (
    nn.LayerNorm,
    nn.GroupNorm,
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.SyncBatchNorm,
    nn.InstanceNorm1d,
    nn.InstanceNorm2d,
    nn.InstanceNorm3d,
)


def param_groups(model, lr, weight_decay, head_lr):
    places = {}  # parameter -> the names it has
    for name, parameter in model.named_parameters(remove_duplicate=False):
        places.setdefault(parameter, []).append(name)

    def decays(parameter):
        if parameter.ndim < 2:
            return False
        owners = [model.get_submodule(name.rpartition(".")[0]) for name in places[parameter]]
        return not any(isinstance(owner, (*NORMS, nn.Embedding)) for owner in owners)

    def in_head(parameter):
        return all(name.startswith("head.") for name in places[parameter])

    groups = []
    for head in (False, True):
        for decay in (True, False):
            chosen = [
                p
                for p in model.parameters()
                if p.requires_grad and in_head(p) == head and decays(p) == decay
            ]
            if chosen:
                groups.append(
                    {
                        "params": chosen,
                        "lr": head_lr if head else lr,
                        "weight_decay": weight_decay if decay else 0.0,
                    }
                )
    return groups
