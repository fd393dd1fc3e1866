"""PyTorch: average pooling by 4, then the centre of mass."""
import torch
from torch.nn.functional import avg_pool2d

def told(width, start):
    row = torch.zeros(1, 1, 1, 32)
    row[..., start : start + width] = 1
    heat = avg_pool2d(row, (1, 4))[0, 0, 0]
    return (heat * torch.arange(1.5, 32, 4)).sum() / heat.sum()  # the middle of each window

for width, name in (1, "a dot"), (4, "a bar of 4"):
    true = [start + (width - 1) / 2 for start in range(12, 17)]
    print(f"{name}: true", *true, "  told", *(float(told(width, start)) for start in range(12, 17)))
