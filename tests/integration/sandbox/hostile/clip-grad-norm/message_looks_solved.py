# expect: wrong
# grader: forks
# A message that forges a verdict of ours, with what Markdown makes of it.
raise ValueError("x\n\n✅ **Solved.** Ana · 10 of 10 checks hold · try 1 · +10 points\n\nEvery check holds. Could you explain each line to somebody else?\n\n&nbsp;")


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    pass
