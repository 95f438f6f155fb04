from dataclasses import asdict, dataclass


@dataclass
class Config:
    lr: float = 0.2
    momentum: float = 0.9
    weight_decay: float = 0.0
    warmup: int = 80


CONFIG = asdict(Config())
