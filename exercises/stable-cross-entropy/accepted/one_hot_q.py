import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    classes = logits.shape[1]
    rows = logits.transpose(0, 1).reshape(classes, -1).t()  # (positions, C)
    flat = target.reshape(-1)
    counted = (flat != ignore_index).to(logits.dtype)
    q = (flat[:, None] == torch.arange(classes)).to(logits.dtype) * (1 - smoothing)
    q = (q + smoothing / classes) * counted[:, None]
    shifted = rows - rows.max(dim=1, keepdim=True).values
    log_p = shifted - shifted.exp().sum(1, keepdim=True).log()
    return -(q * log_p).sum() / counted.sum().clamp_min(1)
