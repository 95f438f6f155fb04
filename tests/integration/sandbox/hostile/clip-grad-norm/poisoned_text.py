# expect: crashed
# grader: forks
# Text that databases, terminals and chats choke on.
def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    print("\0\x1b[2J\u202e@everyone <@1>")
    raise ValueError("\0\ud800\x1b]0;owned\x07 @everyone ```" + "x" * 100_000)
