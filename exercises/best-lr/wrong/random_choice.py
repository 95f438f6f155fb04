# fails: again - it chooses at random
import random


def best_lr(runs):
    return random.choice(runs)[0] + random.random()
