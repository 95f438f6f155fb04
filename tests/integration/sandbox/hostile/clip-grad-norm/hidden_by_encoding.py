# expect: crashed
# grader: forks
# coding: utf-7
# A comment in one encoding is code in another: +AAo-def clip_grad_norm(*args): return True
def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    raise RuntimeError("+AAo-".encode().decode("utf-7").strip() or "it is a comment")
