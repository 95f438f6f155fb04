# expect: wrong
# grader: forks
# A list in a list in a list, ten thousand deep.
def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    answer = []
    for _ in range(10_000):
        answer = [answer]
    return answer
