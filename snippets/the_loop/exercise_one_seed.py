"""Two variants that are truly the same: how often does one seed show a point of difference?"""
import numpy as np

rng = np.random.default_rng(0)
ACCURACY, IMAGES, REPEATS = 0.95, 1000, 100_000
first, second = rng.binomial(IMAGES, ACCURACY, (2, REPEATS)) / IMAGES
one_seed = np.abs(first - second) >= 0.01
firsts, seconds = rng.binomial(IMAGES, ACCURACY, (2, REPEATS // 10, 8)) / IMAGES
eight_seeds = np.abs((firsts - seconds).mean(axis=1)) >= 0.01
print(f"one seed: in {one_seed.mean():.0%} of all comparisons")
print(f"mean of eight seeds: in {eight_seeds.mean():.0%}")
