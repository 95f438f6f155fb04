# does: prints without end
# expect: too much output
while True:
    print("x" * 65536)
