# cheat: library - the layers are built and run without memory
# expect: not allowed
import torch


def trace(layers, shape):
    shapes, x = [], torch.empty(shape, device="meta")
    for kind, options in layers:
        try:
            x = getattr(torch.nn, kind)(**options, device="meta")(x)
        except TypeError:
            x = getattr(torch.nn, kind)(**options)(x)
        except RuntimeError:
            return [*shapes, None]
        shapes.append(tuple(x.shape))
    return shapes
