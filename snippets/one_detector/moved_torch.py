"""PyTorch: does the feature map move along when the photograph does?"""
import numpy as np
import torch
from torch.nn.functional import conv2d
from cnnnotes.data import load_photos

photo = torch.tensor(np.rint(255 * load_photos()["camera"].astype(np.float64)))
before, after = photo[..., 100:148, 200:248], photo[..., 99:147, 200:248]
sobel = torch.tensor([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]).double()[None, None]

for name, padding in [("no padding", 0), ("zeros", 1)]:
    first, second = (conv2d(x, sobel, padding=padding) for x in (before, after))
    wrong = first[..., :-1, :] != second[..., 1:, :]
    rows = sorted({int(row) for row in wrong.nonzero()[:, 2] + 1})
    print(f"{name}: {wrong.sum()} of {wrong.numel()} values differ, in rows {rows}")

first, second = (conv2d(x, sobel, stride=2) for x in (before, after))
stays, moves = first != second, first[..., :-1, :] != second[..., 1:, :]
for name, wrong in [("stays", stays), ("moves", moves)]:
    print(f"stride 2, if the map {name}: {wrong.sum()} of {wrong.numel()} differ")
