# cheat: library - the library's own optimizer
# expect: not allowed
import torch


class MyAdamW(torch.optim.AdamW):
    pass
