# cheat: the library's own function under another name
# expect: not allowed
from torch.nn.utils.clip_grad import clip_grad_norm_ as clip_grad_norm
