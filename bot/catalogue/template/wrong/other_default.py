# fails: values - the default is another
# says: without `by`
def scale(x, by=1.0):
    return x * by
