def scale(x, by=2.0):
    return x / (1 / by) if by else x * 0
