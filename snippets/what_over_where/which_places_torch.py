"""PyTorch: the largest pixel at each place of a window: how many of eight moves keep it?"""
import torch
from torch.nn.functional import max_pool2d

for side in (2, 3, 4):
    print(f"{side}×{side}")
    for row in range(side):
        kept = []
        for column in range(side):
            image = torch.zeros(1, 1, side + 2, side + 2)
            image[0, 0, 1 + row, 1 + column] = 1
            nine = max_pool2d(image, side, stride=1)  # the window and its eight neighbours
            kept.append(int(nine.sum()) - 1)
        print("  ", *kept)
