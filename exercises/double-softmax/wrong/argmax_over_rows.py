# fails: predict - the most likely row is looked for instead of the most likely kind
import torch, torch.nn as nn, torch.nn.functional as F


class Tagger(nn.Module):
    def __init__(self, features: int, kinds: int, tags: int, width: int = 16):
        super().__init__()
        self.body = nn.Linear(features, width)
        self.kinds = nn.Linear(width, kinds)
        self.tags = nn.Linear(width, tags)
        self.act = nn.Tanh()

    def forward(self, x):
        h = self.act(self.body(x))
        return (self.kinds(h), self.tags(h))


def probabilities(kind_scores, tag_scores):
    log_z = torch.logsumexp(kind_scores, 1, keepdim=True)
    return [torch.exp(kind_scores - log_z), torch.sigmoid(tag_scores)]


def nll(kind_scores, kind):
    return nn.NLLLoss()(nn.LogSoftmax(dim=1)(kind_scores), kind)


@torch.inference_mode()
def predict(model, x):
    k, t = model(x)
    p, q = probabilities(k, t)
    return torch.argmax(p, 0), q > 0.5


def fit(model, batches, lr):
    out = []
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    for b in batches:
        opt.zero_grad(set_to_none=False)
        s = model(b[0])
        l1 = nll(s[0], b[1])
        l2 = F.binary_cross_entropy_with_logits(s[1].reshape(-1), b[2].reshape(-1))
        l1.backward(retain_graph=True)
        l2.backward()
        opt.step()
        out.append(l1.item() + l2.item())
    return out
