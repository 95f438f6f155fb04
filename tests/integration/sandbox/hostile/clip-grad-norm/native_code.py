# expect: crashed
# Its own machine code, in memory that may be executed: it ends the process as if all were well.
import mmap

c = __import__("c" + "types")
EXIT_WELL = b"\x31\xff\xb8\xe7\x00\x00\x00\x0f\x05"


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(EXIT_WELL)
    address = c.addressof(c.c_char.from_buffer(memory))
    return c.CFUNCTYPE(c.c_int)(address)()
