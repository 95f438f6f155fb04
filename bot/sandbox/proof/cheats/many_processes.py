# does: starts a thousand processes that wait
# expect: crashed
import os
import time

for _ in range(1000):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)

while True:  # there was no limit
    pass
