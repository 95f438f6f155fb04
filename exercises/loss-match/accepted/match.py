def loss_for(labels, output, gives, outliers=False, ignore=None):
    match labels, gives:
        case "one class", kind:
            shape = tuple(size for axis, size in enumerate(output) if axis != 1)
            left_out = -100 if ignore is None else ignore
            name = {"scores": "CrossEntropyLoss", "log-probabilities": "NLLLoss"}[kind]
            return (name, {"ignore_index": left_out}, "int64", shape)
        case (("yes or no" | "any classes"), "scores"):
            return ("BCEWithLogitsLoss", {}, "float32", output)
        case (("yes or no" | "any classes"), _):
            return ("BCELoss", {}, "float32", output)
        case "number", _:
            return ("L1Loss" if outliers else "MSELoss", {}, "float32", output)
        case "count", "scores":
            return ("PoissonNLLLoss", {"log_input": True, "full": False}, "float32", output)
        case _:
            return ("PoissonNLLLoss", {"log_input": False}, "float32", output)
