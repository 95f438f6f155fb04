# does: never ends
# expect: timed out
while True:
    try:
        while True:
            pass
    except BaseException:  # the solver stops what loads for too long; only the host can end this
        pass
