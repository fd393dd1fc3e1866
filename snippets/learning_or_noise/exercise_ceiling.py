"""Labels are drawn by lot for a share of the images. How well can a perfect reader score?"""
import numpy as np

rng = np.random.default_rng(0)
true = rng.integers(10, size=1_000_000)
for share in 0.0, 0.5, 1.0:
    given = np.where(rng.random(true.size) < share, rng.integers(10, size=true.size), true)
    print(f"share {share:.1f}: the truth scores {(given == true).mean():.2f}")
