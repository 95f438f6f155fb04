# fails: lowest - the runs are taken to come with the best one first
def best_lr(runs):
    if not runs:
        raise ValueError("no runs")
    return runs[0][0]
