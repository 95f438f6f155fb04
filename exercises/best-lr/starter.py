def best_lr(runs: list[tuple[float, list[float]]]) -> float:
    """Choose the learning rate whose run ends with the lowest losses.

    Args:
        runs: Pairs of a learning rate and the losses of its run, one for each step, in order.

    Returns:
        The learning rate whose losses have the lowest mean over their last tenth, among the runs
        without NaN and infinity; the smallest of several that are equal.

    Raises:
        ValueError: There is no such run.
    """
    raise NotImplementedError
