# does: takes all the memory there is
# expect: out of memory
held = []
while True:
    held.append(bytearray(64 * 2**20))
    held[-1][:] = b"x" * len(held[-1])
