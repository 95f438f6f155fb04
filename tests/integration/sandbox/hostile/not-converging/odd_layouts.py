# expect: wrong
# grader: forks
# Sparse, quantized, complex, nested: tensors for which there are no plain bytes.
import torch
from torch import nn

ODD = {
    "0.weight": torch.eye(64, 10).to_sparse_csr(),
    "0.bias": torch.quantize_per_tensor(torch.ones(64), 0.1, 0, torch.qint8),
    "3.weight": torch.ones(3, 64, dtype=torch.complex64).conj(),
    "3.bias": torch.nested.nested_tensor([torch.ones(1), torch.ones(2)]),
}


class Odd(nn.Module):
    def named_parameters(self, *args, **kwargs):
        return ODD.items()

    def load_state_dict(self, state):
        pass

    def forward(self, x):
        return ODD["0.weight"]


build = Odd


def train(batches, seed=0):
    return Odd()


def predict(model, x):
    return ODD["3.bias"]
