"""PyTorch: why a move of one pixel under stride 2 is not a moved output."""
import torch
from torch.nn.functional import conv2d

row = torch.tensor([0.0, 0, 0, 5, 9, 9, 9, 2, 0, 0, 0])
moved = torch.tensor([0.0, 0, 0, 0, 5, 9, 9, 9, 2, 0, 0])
edge = torch.tensor([-1.0, 0, 1]).reshape(1, 1, 1, 3)


def answers(pixels, stride):
    found = conv2d(pixels.reshape(1, 1, 1, -1), edge, stride=(1, stride))
    return found.flatten().int().numpy()


print("stride 1:                ", answers(row, 1))
print("stride 2 keeps the even: ", answers(row, 2))
print("stride 2, moved by one:  ", answers(moved, 2))
print("the odd, as they stood:  ", answers(row, 1)[1::2])
