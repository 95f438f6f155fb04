# fails: marks - makes a row of a column (N, 1): the target no longer has the output's shape
def loss_for(
    labels: str,
    output: tuple[int, ...],
    gives: str,
    outliers: bool = False,
    ignore: int | None = None,
) -> tuple[str, dict, str, tuple[int, ...]]:
    """Return the loss that fits: its name in torch.nn, its arguments, the target's dtype and shape."""
    if labels == "one class":
        name = "CrossEntropyLoss" if gives == "scores" else "NLLLoss"
        arguments = {} if ignore is None else {"ignore_index": ignore}
        return name, arguments, "int64", output[:1] + output[2:]
    if labels in ("yes or no", "any classes"):
        name = "BCEWithLogitsLoss" if gives == "scores" else "BCELoss"
        return name, {}, "float32", output[:1] if output[1:] == (1,) else output
    if labels == "number":
        return (
            ("L1Loss" if outliers else "MSELoss"),
            {},
            "float32",
            output[:1] if output[1:] == (1,) else output,
        )
    return "PoissonNLLLoss", {"log_input": gives == "scores"}, "float32", output
