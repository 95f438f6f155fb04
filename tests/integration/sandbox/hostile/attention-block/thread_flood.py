# expect: crashed or wrong
# Threads that do nothing, as many as there may be.
import threading

rest = threading.Event()


class AttentionBlock:
    def __init__(self, dim, heads=8):
        while True:
            threading.Thread(target=rest.wait, daemon=True).start()
