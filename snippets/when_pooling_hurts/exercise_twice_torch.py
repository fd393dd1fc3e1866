"""PyTorch: pool twice, unpool twice."""
import torch
from torch.nn.functional import max_pool2d, max_unpool2d

torch.manual_seed(0)
image = torch.randperm(256).reshape(1, 1, 16, 16).float()
half, first = max_pool2d(image, 2, return_indices=True)
quarter, second = max_pool2d(half, 2, return_indices=True)
back = max_unpool2d(max_unpool2d(quarter, second, 2), first, 2)
kept = back != 0
print("values put back:", int(kept.sum()), "of", image.numel())
print("each at its place:", torch.equal(back[kept], image[kept]))
