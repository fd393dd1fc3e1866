"""One detector on a small picture: nine products, one sum, at every place."""
import numpy as np
from cnnnotes import conv2d

picture = np.array([
    [1, 1, 1, 9, 9, 9],
    [1, 1, 1, 9, 9, 9],
    [1, 1, 1, 9, 9, 9],
    [1, 1, 1, 1, 1, 1],
], np.float32)
detector = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]], np.float32)

window = picture[0:3, 1:4]
print("by hand, row 0, column 1:", int((window * detector).sum()))

feature_map = conv2d(picture[None, None], detector[None, None])
print("shape:", feature_map.shape)
print(feature_map[0, 0].astype(int))
