# cheat: library - the library's own optimizer
# expect: not allowed
from torch.optim import adamw


class MyAdamW(adamw.AdamW):
    pass
