"""Why a dead filter stays dead: where the answer is zero, no gradient comes back."""
import numpy as np
import torch
from torch.nn import Conv2d, ReLU, Sequential

images = torch.from_numpy(np.random.default_rng(0).random((8, 1, 6, 6), np.float32))
model = Sequential(Conv2d(1, 3, 3), ReLU())
torch.nn.init.ones_(model[0].weight)
model[0].bias.data = torch.tensor([-3.0, -6, -9])  # the sum of nine is below 9

maps = model(images)
maps.sum().backward()
for number in range(3):
    answering = (maps[:, number].amax(dim=(1, 2)) > 0).sum()
    moved = bool(model[0].weight.grad[number].any())
    print(f"filter {number}: answers on {answering} of 8 images, gets a gradient: {moved}")
