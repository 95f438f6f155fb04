def scale(x, by=2.0):
    y = x.clone()
    y *= by
    return y
