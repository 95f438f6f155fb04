# does: dies of a segmentation fault
# expect: crashed
import os

os.kill(os.getpid(), 11)
