# does: ends the process as if all were well
# expect: crashed
import os

os._exit(0)
