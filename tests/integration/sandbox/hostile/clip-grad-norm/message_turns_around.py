# expect: wrong
# grader: forks
# A message that turns the text around, and commands the terminal.
raise ValueError("\u202e\u2066dlos si siht\u200b\u200f \x1b[31mred\x1b]52;c;aGVsbG8=\x07\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\ \r overwritten \x08\x08 \x9b31m")


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    pass
