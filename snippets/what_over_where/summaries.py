"""Six ways to sum up the same four windows of a small map."""
import numpy as np
from cnnnotes import adaptive_avg_pool2d, adaptive_max_pool2d
from cnnnotes import avg_pool2d, lp_pool2d, max_pool2d

found = np.array([[0, 3, 0, 0], [0, 4, 0, 0], [0, 0, 1, 1], [2, 0, 1, 1]], np.float64)
found = found[None, None]
for name, output in {
    "max": max_pool2d(found, 2),
    "average": avg_pool2d(found, 2),
    "Lp, p = 1": lp_pool2d(found, 1, 2),
    "Lp, p = 2": lp_pool2d(found, 2, 2),
    "Lp, p = 16": lp_pool2d(found, 16, 2),
    "global max": adaptive_max_pool2d(found, 1),
    "global average": adaptive_avg_pool2d(found, 1),
}.items():
    print(f"{name:15}", *(f"{value:5.2f}" for value in output.ravel()))
