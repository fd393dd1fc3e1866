"""Blur before the stride, or after it?"""
import numpy as np
from cnnnotes import blur_pool2d

row = np.cos(2 * np.pi * 4 / 9 * np.arange(144)).reshape(1, 1, 1, 144)
before = blur_pool2d(row, (1, 3), (1, 2))
after = blur_pool2d(row[..., ::2], (1, 3), 1)
print(f"blur, then keep every second: strength {np.abs(before).max():.2f}")
print(f"keep every second, then blur: strength {np.abs(after[..., 1:-1]).max():.2f}")
