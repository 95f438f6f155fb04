import torch

INF = float("inf")


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    # a generator is gone after one pass, so keep the parameters
    parameters = list(parameters)
    norm_list = []
    for param in parameters:
        if param.grad is None:
            continue
        norm_list.append(torch.norm(param.grad.detach(), norm_type))
    if len(norm_list) == 0:
        return torch.tensor(0.0)
    total_norm = torch.norm(torch.stack(norm_list), norm_type)
    print("total norm", total_norm)
    if torch.isnan(total_norm) or torch.isinf(total_norm):
        return total_norm
    if total_norm > max_norm:
        for param in parameters:
            if param.grad is None:
                continue
            param.grad.data.mul_(max_norm / total_norm)
    return total_norm
