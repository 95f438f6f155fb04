# expect: wrong
# grader: forks
# A thread that changes the answer after the function has returned.
import threading

import torch

answers = []


def flatter():
    while True:
        for answer in answers:
            answer.fill_(1.0)


threading.Thread(target=flatter, daemon=True).start()


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = torch.rand_like(parameter.grad)
            answers.append(parameter.grad)
    answers.append(torch.rand(()))
    return answers[-1]
