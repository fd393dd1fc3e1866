"""(224 + 2 · 3 − 7) / 2 = 111.5: round down, add 1."""
import numpy as np
from cnnnotes.layers import Conv2d

image = np.zeros((1, 3, 224, 224), np.float32)
print("by hand:", (224 + 2 * 3 - 7) // 2 + 1)
layer = Conv2d(3, 64, 7, stride=2, padding=3, seed=0)
print("layer:  ", layer.forward(image).shape)
