# expect: solved
# Not a cheat: what the others are measured against. It changes every global it can find.
import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
torch.set_grad_enabled(False)
torch.use_deterministic_algorithms(True)


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0, dtype=torch.float32)
    norms = [torch.linalg.vector_norm(grad, norm_type) for grad in grads]
    total = torch.linalg.vector_norm(torch.stack(norms), norm_type)
    if total > max_norm and total.isfinite():
        for grad in grads:
            grad.mul_(max_norm / total)
    return total
