import torch


def pairwise_distances(a, b):
    """Moves everything so that the first point of a is the origin."""
    if a.numel() == 0 or b.numel() == 0:
        return a.new_zeros(a.shape[0], b.shape[0])
    shift = a[0].detach()
    x, y = a - shift, b - shift
    x_norm = torch.einsum("nd,nd->n", x, x)
    y_norm = torch.einsum("md,md->m", y, y)
    cross = torch.einsum("nd,md->nm", x, y)
    d2 = x_norm.unsqueeze(1) + y_norm.unsqueeze(0) - 2 * cross
    zero = d2 <= 0
    d = d2.masked_fill(zero, 1.0).sqrt()
    return d.masked_fill(zero, 0.0)
