"""A 3×3 convolution from 64 to 128 channels, with bias, on 56×56."""
import numpy as np
from cnnnotes.layers import Conv2d

by_hand = 128 * (64 * 3 * 3) + 128
macs = 128 * (64 * 3 * 3) * 56 * 56
layer = Conv2d(64, 128, 3, padding=1)
output = layer.forward(np.zeros((1, 64, 56, 56), np.float32))
assert sum(weight.data.size for weight in layer.parameters()) == by_hand
assert layer.weight.data.size * output.shape[2] * output.shape[3] == macs

print(f"weights    {128 * 64 * 3 * 3:11,}")
print(f"biases     {128:11,}")
print(f"parameters {by_hand:11,}")
print(f"MACs       {macs:11,}")
print(f"FLOPs      {2 * macs:11,}, if a multiply-add counts as two")
