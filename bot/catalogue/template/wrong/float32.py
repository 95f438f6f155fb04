# fails: edges - all becomes float32
# says: in float64
def scale(x, by=2.0):
    return x.float() * by
