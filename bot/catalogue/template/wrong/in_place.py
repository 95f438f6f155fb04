# fails: input - writes into x
# says: x has changed
def scale(x, by=2.0):
    return x.mul_(by)
