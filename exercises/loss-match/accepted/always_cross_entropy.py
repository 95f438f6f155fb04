def loss_for(labels, output, gives, outliers=False, ignore=None):
    # The softmax of log-probabilities is the probabilities again: CrossEntropyLoss takes both.
    if labels == "one class":
        shape = list(output)
        del shape[1]
        options = dict(ignore_index=ignore) if ignore is not None else dict()
        return ["CrossEntropyLoss", options, "int64", shape]
    if labels == "count":
        return ["PoissonNLLLoss", {"log_input": gives != "rate"}, "float32", list(output)]
    if labels == "number":
        return (
            ["L1Loss", {}, "float32", list(output)]
            if outliers
            else ["MSELoss", {}, "float32", list(output)]
        )
    return [
        "BCELoss" if gives == "probabilities" else "BCEWithLogitsLoss",
        {},
        "float32",
        list(output),
    ]
