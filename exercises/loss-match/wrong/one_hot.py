# fails: one-class - the target is one-hot
# says: the dtype of the target
def loss_for(labels, output, gives, outliers=False, ignore=None):
    output = tuple(output)
    if labels == "one class":
        name = "CrossEntropyLoss" if gives == "scores" else "NLLLoss"
        arguments = {} if ignore is None else {"ignore_index": ignore}
        return name, arguments, "float32", output
    if labels == "number":
        return "L1Loss" if outliers else "MSELoss", {}, "float32", output
    if labels == "count":
        return "PoissonNLLLoss", {"log_input": gives == "scores"}, "float32", output
    name = "BCEWithLogitsLoss" if gives == "scores" else "BCELoss"
    return name, {}, "float32", output
