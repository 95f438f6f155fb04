# does: never ends
# expect: timed out
while True:
    pass
