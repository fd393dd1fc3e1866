"""Move the window on a photograph by one pixel: does the feature map move along?"""
import numpy as np
from cnnnotes import conv2d
from cnnnotes.data import load_photos

photo = np.rint(255 * load_photos()["camera"].astype(np.float64))
before, after = photo[..., 100:148, 200:248], photo[..., 99:147, 200:248]
sobel = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], np.float64)[None, None]

for name, padding in [("no padding", 0), ("zeros", 1)]:
    first, second = (conv2d(x, sobel, padding=padding) for x in (before, after))
    wrong = first[..., :-1, :] != second[..., 1:, :]
    rows = sorted({int(row) for row in np.nonzero(wrong)[2] + 1})
    print(f"{name}: {wrong.sum()} of {wrong.size} values differ, in rows {rows}")

first, second = (conv2d(x, sobel, stride=2) for x in (before, after))
stays, moves = first != second, first[..., :-1, :] != second[..., 1:, :]
for name, wrong in [("stays", stays), ("moves", moves)]:
    print(f"stride 2, if the map {name}: {wrong.sum()} of {wrong.size} differ")
