"""How many held-out images does it take to tell 1 in 10 from 3 in 10?"""
import numpy as np

rng = np.random.default_rng(0)
for images in 5, 10, 20, 50, 100:
    chance, learned = (rng.binomial(images, right, 100_000) for right in (0.1, 0.3))
    told = (learned > np.quantile(chance, 0.95)).mean()
    print(f"{images:3} images: told apart in {round(20 * told) * 5:3} % of cases, to the nearest 5")
