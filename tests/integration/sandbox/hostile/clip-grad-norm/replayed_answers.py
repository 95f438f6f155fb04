# expect: wrong
# grader: forks
# Remembers what it was asked and answers with what it has seen: right by chance, if inputs repeat.
import torch

seen = []


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    seen.append([grad.clone() for grad in grads])
    for grad, old in zip(grads, seen[0]):
        if grad.shape == old.shape:
            grad.copy_(old.roll(1))
        else:
            grad.fill_(1)
    return torch.tensor(float(len(seen)))
