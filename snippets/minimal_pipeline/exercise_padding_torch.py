"""Without padding each 3×3 convolution takes two rows and columns away."""
import torch
from torch.nn import Conv2d, Flatten, MaxPool2d, ReLU, Sequential

model = Sequential(
    Conv2d(1, 8, 3), ReLU(), MaxPool2d(2),
    Conv2d(8, 16, 3), ReLU(), MaxPool2d(2),
)
x = torch.zeros(1, 1, 28, 28)
for layer in model:
    x = layer(x)
    if not isinstance(layer, ReLU):
        print(f"{type(layer).__name__:9} {tuple(x.shape[1:])}")
print("in_features of Linear:", Flatten()(x).shape[1])
