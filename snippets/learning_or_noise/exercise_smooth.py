"""Labels without any sense, and smooth filters: is that possible?"""
import numpy as np
from cnnnotes.experiments.learning_or_noise import roughness

rng = np.random.default_rng(0)
filters = rng.normal(size=(1000, 1, 9, 9))
blurred = filters
for axis in 2, 3:
    for _ in range(2):
        blurred = (np.roll(blurred, 1, axis) + 2 * blurred + np.roll(blurred, -1, axis)) / 4
print(f"noise: {roughness(filters):.1f}")
print(f"the same noise, blurred: {roughness(blurred[:, :, 2:-2, 2:-2]):.1f}")
