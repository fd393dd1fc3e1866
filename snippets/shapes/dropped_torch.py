"""A stride that does not divide: PyTorch drops the same pixels, without a word."""
import torch
from torch.nn.functional import conv2d

row = torch.arange(10.0).reshape(1, 1, 1, 10)
weight = torch.ones(1, 1, 1, 3)
before = conv2d(row, weight, stride=(1, 2))
print("outputs:", *before[0, 0, 0].int().tolist())

row[..., 9] = 1_000_000
after = conv2d(row, weight, stride=(1, 2))
print("after pixel 9 became a million:", *after[0, 0, 0].int().tolist())
for stride in (1, 2, 3, 4, 5):
    pixels = torch.zeros(1, 1, 1, 10, requires_grad=True)
    conv2d(pixels, weight, stride=(1, stride)).sum().backward()
    unread = tuple((pixels.grad[0, 0, 0] == 0).nonzero()[:, 0].tolist())
    print(f"stride {stride} never reads", unread or "nothing")
