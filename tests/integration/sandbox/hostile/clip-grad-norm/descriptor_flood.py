# expect: crashed
# Opens what it can and closes nothing.
held = []


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    while True:
        held.append(open("/dev/zero", "rb"))
