"""Give a network the coordinates as channels, and a global mean can tell the place."""
import numpy as np
from cnnnotes import adaptive_avg_pool2d, conv2d, relu

down, across = np.mgrid[:16, :16].astype(np.float64)
weight = np.array([[16.0, 0, 0], [16, 1, 0], [16, 0, 1]]).reshape(3, 3, 1, 1)
bias = np.array([-15.0, -16, -16])  # a coordinate passes where there is ink, and nowhere else
for top, left in (2, 3), (9, 6):
    picture = np.zeros((16, 16))
    picture[top : top + 3, left : left + 3] = 1
    maps = relu(conv2d(np.stack([picture, down, across])[None], weight, bias))
    ink, row, column = adaptive_avg_pool2d(maps, 1)[0, :, 0, 0]
    print(f"centre {(top + 1, left + 1)}, told {row / ink:.1f}, {column / ink:.1f}")
