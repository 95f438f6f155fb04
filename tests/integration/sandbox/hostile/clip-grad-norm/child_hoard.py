# expect: crashed
# A child is what runs out of memory; its parent goes on and fails by itself.
import os

child = os.fork()
if child == 0:
    hoard = []
    while True:
        hoard.append(bytearray(os.urandom(16)) * 2**22)

os.waitpid(child, 0)
raise RuntimeError("the child is gone")
