# cheat: the library's own function
# expect: not allowed
from torch import Tensor, nn
from torch.nn.functional import multi_head_attention_forward as attend


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError("heads must divide dim")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        out, _ = attend(
            *[x.transpose(0, 1)] * 3,
            x.shape[-1],
            self.heads,
            self.qkv.weight,
            self.qkv.bias,
            None,
            None,
            False,
            0.0,
            self.proj.weight,
            self.proj.bias,
            key_padding_mask=key_padding_mask,
        )
        return self.norm(x + out.transpose(0, 1))
