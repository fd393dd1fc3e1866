"""A row of eight values, halved in four ways."""
import numpy as np
from cnnnotes import avg_pool2d, blur_pool2d, max_pool2d

row = np.array([0, 8, 0, 0, 4, 4, 4, 0], float).reshape(1, 1, 1, 8)
halved = {
    "as it is": row,
    "maximum": max_pool2d(row, (1, 2)),
    "average": avg_pool2d(row, (1, 2)),
    "blur": blur_pool2d(row, (1, 3), (1, 2)),
    "stride": row[..., ::2],
}
for name, values in halved.items():
    print(f"{name:9}", *(f"{value:4.0f}" for value in values.ravel()))
