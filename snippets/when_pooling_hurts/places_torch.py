"""PyTorch: a dot at each of 1,024 places, and how many are still told apart."""
import torch
from torch.nn.functional import max_pool2d

dots = torch.eye(32 * 32).reshape(-1, 1, 32, 32)
for poolings in range(6):
    told_apart = len(torch.unique(dots.flatten(1), dim=0))
    side = dots.shape[-1]
    print(f"{poolings} poolings: {side:2} × {side:2} values, {told_apart:4} places told apart")
    if side > 1:
        dots = max_pool2d(dots, 2)
