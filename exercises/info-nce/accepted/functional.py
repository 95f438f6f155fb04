import torch
from torch import nn
from torch.nn.functional import log_softmax, nll_loss


def scores_of(a, b, ids):
    scores = (a / torch.linalg.vector_norm(a, dim=1, keepdim=True)).matmul(
        (b / torch.linalg.vector_norm(b, dim=1, keepdim=True)).mT
    )
    if ids is None:
        return scores, torch.zeros_like(scores, dtype=torch.bool)
    same = ids.expand(len(ids), -1) == ids.expand(len(ids), -1).T
    return scores, torch.logical_xor(same, torch.eye(len(ids), dtype=torch.bool))


class InfoNCE(nn.Module):
    def __init__(self, temperature=0.07, learn=False):
        super().__init__()
        if learn:
            self.register_parameter(
                "log_temperature", nn.Parameter(torch.log(torch.as_tensor(float(temperature))))
            )
        self._divide = (
            (lambda s: s * (-self.log_temperature).exp()) if learn else (lambda s: s / temperature)
        )

    def forward(self, a, b, ids=None):
        scores, left_out = scores_of(a, b, ids)
        scores = self._divide(scores).masked_fill(left_out, float("-inf"))
        goals = torch.tensor(range(len(a)))
        losses = [nll_loss(log_softmax(table, dim=1), goals) for table in (scores, scores.T)]
        return sum(losses) / len(losses)
