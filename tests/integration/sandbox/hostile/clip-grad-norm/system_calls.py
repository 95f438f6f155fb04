# expect: wrong
# prints: granted []
# Asks the kernel for everything that could lead out of the container.
import os

import torch

libc = __import__("ctyp" + "es").CDLL(None, use_errno=True)
errno = __import__("ctyp" + "es").get_errno
CALLS = {
    "ptrace": (101, 16, 1),
    "process_vm_readv": (310, 1, 0, 0, 0, 0, 0),
    "mount": (165, 0, 0, 0, 0, 0),
    "umount": (166, 0, 0),
    "unshare": (272, 0x10000000),
    "setns": (308, 0, 0),
    "keyctl": (250, 0, 0),
    "bpf": (321, 0, 0, 0),
    "perf_event_open": (298, 0, 0, 0, 0, 0),
    "userfaultfd": (323, 0),
    "io_uring_setup": (425, 1, 0),
    "kcmp": (312, 1, 1, 0, 0, 0),
    "pidfd_getfd": (438, 0, 0, 0),
    "chroot": (161, 0),
    "pivot_root": (155, 0, 0),
    "init_module": (175, 0, 0, 0),
    "reboot": (169, 0, 0, 0, 0),
    "personality": (135, 0x0040000),
    "setuid": (105, 0),
    "clone": (56, 0x10000000, 0, 0, 0, 0),
    "open_by_handle_at": (304, 0, 0, 0),
    "swapon": (167, 0, 0),
    "syslog": (103, 3, 0, 0),
    "move_pages": (279, 0, 0, 0, 0, 0, 0),
    "acct": (163, 0),
    "settimeofday": (164, 0, 0),
    "socket packet": (41, 17, 3, 0),
    "socket vsock": (41, 40, 1, 0),
    "socket alg": (41, 38, 5, 0),
}
EPERM, ENOSYS = 1, 38


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    if os.uname().machine == "x86_64":
        results = {name: (libc.syscall(*call), errno()) for name, call in CALLS.items()}
        print(
            "granted",
            [
                name
                for name, (result, code) in results.items()
                if result >= 0 or code not in (EPERM, ENOSYS)
            ],
        )
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = torch.rand_like(parameter.grad)
    return torch.rand(())
