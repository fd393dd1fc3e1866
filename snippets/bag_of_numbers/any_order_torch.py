"""PyTorch: a dense layer cannot tell the order of pixels; a convolution can."""
import numpy as np
import torch
from torch.nn.functional import conv2d, linear

rng = np.random.default_rng(0)
image = torch.tensor(rng.integers(0, 9, (1, 1, 6, 6)), dtype=torch.float32)
order = rng.permutation(36)
shuffled = image.reshape(1, 36)[:, order]

weight = torch.tensor(rng.integers(-3, 4, (5, 36)), dtype=torch.float32)
true = linear(image.reshape(1, 36), weight)
print("dense, true order:    ", true[0].int().numpy())
print("dense, both shuffled: ", linear(shuffled, weight[:, order])[0].int().numpy())

detector = torch.tensor([[-1.0, 0, 1]] * 3).reshape(1, 1, 3, 3)
pictures = {"true order": image, "shuffled": shuffled.reshape(image.shape)}
for name, picture in pictures.items():
    print(f"convolution, {name}:")
    print(conv2d(picture, detector)[0, 0].int().numpy())
