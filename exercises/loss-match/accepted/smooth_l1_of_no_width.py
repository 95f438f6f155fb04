def loss_for(labels, output, gives, outliers=False, ignore=None):
    out = tuple(output)
    if labels == "number":
        if outliers:
            return "SmoothL1Loss", {"beta": 0.0}, "float32", out
        return "MSELoss", {}, "float32", out
    if labels == "count":
        return "PoissonNLLLoss", {"log_input": gives == "scores"}, "float32", out
    if labels != "one class":
        return ("BCEWithLogitsLoss" if gives == "scores" else "BCELoss"), {}, "float32", out
    extra = {"ignore_index": ignore} if ignore is not None else {}
    return (
        ("CrossEntropyLoss" if gives == "scores" else "NLLLoss"),
        extra,
        "int64",
        (out[0], *out[2:]),
    )
