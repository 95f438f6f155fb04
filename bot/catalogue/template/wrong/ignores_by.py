# fails: values - always doubles
def scale(x, by=2.0):
    return 2 * x
