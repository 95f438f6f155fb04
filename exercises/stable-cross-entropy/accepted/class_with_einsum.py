import torch


class CrossEntropy:
    def __init__(self, smoothing, ignore_index):
        self.smoothing, self.ignore_index = smoothing, ignore_index

    def targets(self, target, classes, dtype):
        q = torch.full((target.numel(), classes), self.smoothing / classes, dtype=dtype)
        counted = target.reshape(-1) != self.ignore_index
        index = target.reshape(-1).masked_fill(~counted, 0)
        q.scatter_add_(1, index[:, None], torch.full((len(q), 1), 1 - self.smoothing, dtype=dtype))
        return q * counted[:, None], counted.sum()

    def __call__(self, logits, target):
        rows = logits.movedim(1, -1).reshape(-1, logits.shape[1])
        q, count = self.targets(target, logits.shape[1], logits.dtype)
        rows = rows - rows.amax(1, keepdim=True).detach()
        log_p = rows - rows.exp().sum(1).log()[:, None]
        return -torch.einsum("nc,nc->", q, log_p) / torch.clamp(count, min=1)


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    return CrossEntropy(smoothing, ignore_index)(logits, target)
