# does: starts processes without end
# expect: crashed or timed out
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
