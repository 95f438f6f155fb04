import torch


def _log_p(scores):
    scores = scores - torch.max(scores, dim=-1, keepdim=True)[0]
    return scores - torch.log(torch.exp(scores).sum(dim=-1, keepdim=True))


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    order = [0, *range(2, logits.dim()), 1]
    rows = logits.permute(order).flatten(0, -2)
    target = target.flatten()
    (places,) = torch.nonzero(target != ignore_index, as_tuple=True)
    if len(places) == 0:
        return rows[places].sum()
    log_p = _log_p(rows)
    hit = log_p[places, target[places]].mean()
    return -torch.lerp(hit, log_p[places].mean(), float(smoothing))
