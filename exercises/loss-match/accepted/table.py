TABLE = {
    ("one class", "scores"): "CrossEntropyLoss",
    ("one class", "log-probabilities"): "NLLLoss",
    ("yes or no", "scores"): "BCEWithLogitsLoss",
    ("yes or no", "probabilities"): "BCELoss",
    ("any classes", "scores"): "BCEWithLogitsLoss",
    ("any classes", "probabilities"): "BCELoss",
    ("number", "value"): "MSELoss",
    ("count", "scores"): "PoissonNLLLoss",
    ("count", "rate"): "PoissonNLLLoss",
}


def loss_for(labels, output, gives, outliers=False, ignore=None):
    name = TABLE[labels, gives]
    options = {}
    if name == "MSELoss" and outliers:
        name = "L1Loss"
    if gives == "rate":
        options["log_input"] = False
    if ignore is not None:
        options["ignore_index"] = ignore
    if labels == "one class":
        n, _, *rest = output
        return name, options, "int64", (n, *rest)
    return name, options, "float32", tuple(output)
