"""Names for the leaderboard that tell nothing about the person."""

_ADJECTIVES = (
    *("Amber", "Bold", "Brisk", "Calm", "Clever", "Copper", "Coral", "Cosmic", "Crisp", "Curious"),
    *("Daring", "Deep", "Eager", "Gentle", "Golden", "Humble", "Keen", "Lively", "Lucid", "Mellow"),
    *("Nimble", "Patient", "Polar", "Quiet", "Silver", "Steady", "Sunny", "Velvet", "Wise"),
)
_NOUNS = (
    *(
        "Anchor",
        "Attention",
        "Batch",
        "Beam",
        "Cosine",
        "Epoch",
        "Field",
        "Filter",
        "Gate",
        "Gradient",
    ),
    *("Kernel", "Lattice", "Layer", "Logit", "Manifold", "Margin", "Matrix", "Momentum", "Neuron"),
    *("Optimum", "Pixel", "Prior", "Query", "Scalar", "Sigmoid", "Softmax", "Tensor", "Token"),
    *("Vector", "Wave", "Weight"),
)

ALIASES = len(_ADJECTIVES) * len(_NOUNS)
"""How many there are before they carry a number."""


def alias(number: int) -> str:
    """The alias of a number from 0 on: ``Quiet Tensor``, and ``Quiet Tensor 2`` after `ALIASES`.

    Different numbers have different aliases. Draw the number at random: one derived from what
    others know about a person would give them away.
    """
    turn, place = divmod(number, ALIASES)
    noun, adjective = divmod(place, len(_ADJECTIVES))
    return f"{_ADJECTIVES[adjective]} {_NOUNS[noun]}{f' {turn + 1}' if turn else ''}"
