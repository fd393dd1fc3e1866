"""PyTorch: the map's strongest place moves along, its largest value stays."""
import numpy as np
import torch
from torch.nn.functional import adaptive_max_pool2d, conv2d

cross = torch.tensor([[0.0, 1, 0], [1, 1, 1], [0, 1, 0]])
for top, left in [(1, 1), (2, 5)]:
    picture = torch.zeros(1, 1, 8, 10)
    picture[0, 0, top : top + 3, left : left + 3] = cross
    found = conv2d(picture, cross[None, None])
    place = np.unravel_index(int(found.argmax()), found.shape)[2:]
    largest = adaptive_max_pool2d(found, 1)
    print(f"cross at {top, left}: strongest at {tuple(map(int, place))},", end=" ")
    print("value", int(largest.item()))
