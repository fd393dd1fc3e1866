"""PyTorch: six ways to sum up the same four windows of a small map."""
import torch
from torch.nn.functional import adaptive_avg_pool2d, adaptive_max_pool2d
from torch.nn.functional import avg_pool2d, lp_pool2d, max_pool2d

found = torch.tensor([[0.0, 3, 0, 0], [0, 4, 0, 0], [0, 0, 1, 1], [2, 0, 1, 1]])
found = found.double()[None, None]
for name, output in {
    "max": max_pool2d(found, 2),
    "average": avg_pool2d(found, 2),
    "Lp, p = 1": lp_pool2d(found, 1, 2),
    "Lp, p = 2": lp_pool2d(found, 2, 2),
    "Lp, p = 16": lp_pool2d(found, 16, 2),
    "global max": adaptive_max_pool2d(found, 1),
    "global average": adaptive_avg_pool2d(found, 1),
}.items():
    print(f"{name:15}", *(f"{value:5.2f}" for value in output.flatten().tolist()))
