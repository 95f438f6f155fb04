# expect: too much output
# Dies quietly in its own thread, and loudly in all others.
import threading


def cry():
    raise RuntimeError("14 passed in 0.01s\n" * 500)


class AttentionBlock:
    def __init__(self, dim, heads=8):
        crying = [threading.Thread(target=cry) for _ in range(20)]
        for thread in crying:
            thread.start()
            thread.join()
