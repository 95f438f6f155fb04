# expect: crashed
# grader: forks
# Leaves with the exit code of a success, before anything is asked.
import os

os._exit(0)
