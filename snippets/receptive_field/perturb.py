"""Ask the network itself: change one pixel, and see whether the unit notices."""
import numpy as np
from cnnnotes.layers import Conv2d, MaxPool2d, Sequential

model = Sequential(Conv2d(1, 4, 3), MaxPool2d(2), Conv2d(4, 4, 3), seed=0)
image = np.ones((1, 1, 20, 20), np.float32)
before = model.forward(image)[0, :, 3, 3]

seen = np.zeros((20, 20), bool)
for row in range(20):
    for column in range(20):
        for push in 1e4, -1e4:
            changed = image.copy()
            changed[0, 0, row, column] += push
            after = model.forward(changed)[0, :, 3, 3]
            seen[row, column] |= (after != before).any()
rows, columns = np.nonzero(seen)
print("unit (3, 3) sees rows", rows.min(), "to", rows.max())
print("and columns", columns.min(), "to", columns.max())
print("pixels:", seen.sum(), "=", np.ptp(rows) + 1, "×", np.ptp(columns) + 1)
