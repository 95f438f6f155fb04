"""What a container does not see of `/proc` and `/sys`: all that is about the whole machine.

What one container changes there another can read: locks, counts, averages. The engine puts an empty
file or folder over each of these paths, and lets be what the kernel does not have. What is left is
about the process itself, or does not change; `bot/sandbox/proof/checks.py` says so path by path.
"""

PROC = (
    "acpi",
    "allocinfo",
    "asound",
    "bootconfig",
    "buddyinfo",
    "bus",
    "cgroups",
    "cmdline",
    "config.gz",
    "consoles",
    "crypto",
    "devices",
    "diskstats",
    "dma",
    "driver",
    "dynamic_debug",
    "execdomains",
    "fb",
    "filesystems",
    "fs",
    "interrupts",
    "iomem",
    "ioports",
    "irq",
    "kallsyms",
    "kcore",
    "key-users",
    "keys",
    "kmsg",
    "kpagecgroup",
    "kpagecount",
    "kpageflags",
    "latency_stats",
    "loadavg",
    "lock_stat",
    "lockdep",
    "lockdep_chains",
    "lockdep_stats",
    "locks",
    "mdstat",
    "meminfo",
    "misc",
    "modules",
    "mtd",
    "mtrr",
    "pagetypeinfo",
    "partitions",
    "pressure",
    "sched_debug",
    "schedstat",
    "scsi",
    "slabinfo",
    "softirqs",
    "spl",
    "stat",
    "swaps",
    "sys",
    "sysvipc",
    "timer_list",
    "timer_stats",
    "tty",
    "uptime",
    "version",
    "version_signature",
    "vmallocinfo",
    "vmstat",
    "xen",
    "zoneinfo",
)

SYS = (
    "block",
    "bus",
    "dev",
    "devices",
    "firmware",
    "fs",
    "hypervisor",
    "kernel",
    "module",
    "power",
)
"""`class` stays: it names devices, and all that it says of them is in `devices`."""

MASKED = (*(f"/proc/{name}" for name in PROC), *(f"/sys/{name}" for name in SYS))

CUDA_READS = {"/proc/driver", "/sys/bus", "/sys/devices"}
"""Where NVIDIA's driver looks up devices: slices of them, and what they are plugged into. What is
told there does not change. CUDA 13 on an H100 started without even these."""

MASKED_BESIDE_CUDA = tuple(path for path in MASKED if path not in CUDA_READS)
