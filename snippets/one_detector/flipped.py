"""Signal processing flips the kernel before sliding it; deep learning does not."""
import numpy as np
from cnnnotes import conv2d

signal = np.array([0, 0, 1, 0, 0, 0], np.float32)
kernel = np.array([1, 2, 3], np.float32)

x, w = signal.reshape(1, 1, 1, 6), kernel.reshape(1, 1, 1, 3)
ours, flipped = conv2d(x, w), conv2d(x, w[..., ::-1])
print("conv2d:                ", ours.ravel().astype(int))
print("np.correlate:          ", np.correlate(signal, kernel, "valid").astype(int))
print("np.convolve:           ", np.convolve(signal, kernel, "valid").astype(int))
print("conv2d, kernel flipped:", flipped.ravel().astype(int))
