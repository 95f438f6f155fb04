# fails: values - `by` is rounded
def scale(x, by=2.0):
    return x * round(by)
