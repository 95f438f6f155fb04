# fails: numbers - the sum instead of the mean
def loss_for(labels, output, gives, outliers=False, ignore=None):
    output = tuple(output)
    if labels == "one class":
        name = "CrossEntropyLoss" if gives == "scores" else "NLLLoss"
        arguments = {} if ignore is None else {"ignore_index": ignore}
        return name, arguments, "int64", output[:1] + output[2:]
    if labels == "number":
        return "L1Loss" if outliers else "MSELoss", {"reduction": "sum"}, "float32", output
    if labels == "count":
        return "PoissonNLLLoss", {"log_input": gives == "scores"}, "float32", output
    name = "BCEWithLogitsLoss" if gives == "scores" else "BCELoss"
    return name, {}, "float32", output
