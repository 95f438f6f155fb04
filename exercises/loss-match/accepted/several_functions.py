def one_class(output, gives, ignore):
    name = "NLLLoss" if gives.startswith("log") else "CrossEntropyLoss"
    arguments = {}
    if ignore is not None:
        arguments["ignore_index"] = int(ignore)
    return name, arguments, "int64", (output[0],) + tuple(output[2:])


def per_element(name, output, **arguments):
    return name, arguments, "float32", tuple(output)


def loss_for(labels, output, gives, outliers=False, ignore=None):
    if labels == "one class":
        return one_class(output, gives, ignore)
    elif labels in ("yes or no", "any classes"):
        return per_element("BCELoss" if gives == "probabilities" else "BCEWithLogitsLoss", output)
    elif labels == "number":
        return per_element(("MSELoss", "L1Loss")[bool(outliers)], output, reduction="mean")
    return per_element("PoissonNLLLoss", output, log_input=gives == "scores")
