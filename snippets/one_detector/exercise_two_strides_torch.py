"""Two layers of stride 2: for which moves of the picture does the map just move?"""
import torch
from torch.nn.functional import conv2d

torch.manual_seed(0)
long = torch.randint(256, (1, 1, 1, 80)).double()
first, second = torch.randint(-3, 4, (2, 1, 1, 1, 3)).double()


def answers(start):
    window = long[..., start : start + 40]
    hidden = conv2d(window, first, stride=(1, 2))
    return conv2d(hidden, second, stride=(1, 2)).flatten()


for move in range(1, 9):
    before, after = answers(20), answers(20 - move)
    fits = [by for by in range(4) if (before[: 9 - by] == after[by:]).all()]
    print(f"moved by {move}:", f"map moves by {fits[0]}" if fits else "another map")
