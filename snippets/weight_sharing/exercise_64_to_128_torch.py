"""The same in PyTorch."""
import torch
from torch.nn import Conv2d

by_hand = 128 * (64 * 3 * 3) + 128
macs = 128 * (64 * 3 * 3) * 56 * 56
layer = Conv2d(64, 128, 3, padding=1)
output = layer(torch.zeros(1, 64, 56, 56))
assert sum(weight.numel() for weight in layer.parameters()) == by_hand
assert layer.weight.numel() * output.shape[2] * output.shape[3] == macs

print(f"weights    {128 * 64 * 3 * 3:11,}")
print(f"biases     {128:11,}")
print(f"parameters {by_hand:11,}")
print(f"MACs       {macs:11,}")
print(f"FLOPs      {2 * macs:11,}, if a multiply-add counts as two")
