"""PyTorch's conv2d does not flip the kernel either."""
import numpy as np
import torch
from torch.nn.functional import conv2d

signal = np.array([0, 0, 1, 0, 0, 0], np.float32)
kernel = np.array([1, 2, 3], np.float32)
x = torch.tensor(signal).reshape(1, 1, 1, 6)
w = torch.tensor(kernel).reshape(1, 1, 1, 3)

ours, flipped = conv2d(x, w), conv2d(x, w.flip(-1))
print("conv2d:                ", ours.flatten().int().numpy())
print("np.correlate:          ", np.correlate(signal, kernel, "valid").astype(int))
print("np.convolve:           ", np.convolve(signal, kernel, "valid").astype(int))
print("conv2d, kernel flipped:", flipped.flatten().int().numpy())
