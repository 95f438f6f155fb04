# expect: wrong
# prints: written []
# Tries to leave something behind for the next submission, or for the judge.
import os

import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    written = []
    for folder in (
        "/",
        "/opt/freehand/bot/wire",
        "/opt/venv/lib",
        "/etc",
        "/var/tmp",
        "/home",
        "/run",
        "/proc/sys/kernel",
        "/sys/fs/cgroup",
    ):
        try:
            with open(os.path.join(folder, "left"), "w") as file:
                file.write("solved")
            written.append(folder)
        except OSError:
            pass
    try:
        os.symlink("/etc/shadow", "/tmp/result.json")
        os.chmod("/tmp", 0o777)
    except OSError:
        pass
    print("written", written)
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = torch.rand_like(parameter.grad)
    return torch.rand(())
