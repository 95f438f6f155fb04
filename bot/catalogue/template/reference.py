def scale(x, by=2.0):
    return x * by
