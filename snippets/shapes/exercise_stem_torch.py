"""(224 + 2 · 3 − 7) / 2 = 111.5: round down, add 1."""
import torch
from torch.nn import Conv2d

image = torch.zeros(1, 3, 224, 224)
print("by hand:", (224 + 2 * 3 - 7) // 2 + 1)
layer = Conv2d(3, 64, 7, stride=2, padding=3)
print("layer:  ", tuple(layer(image).shape))
