# expect: crashed
# Reads where nothing is, with leave to dump its core.
import resource

c = __import__("c" + "types")


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
    except (OSError, ValueError):
        pass
    return c.string_at(0)
