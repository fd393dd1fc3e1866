"""Why a dead filter stays dead: where the answer is zero, no gradient comes back."""
import numpy as np
from cnnnotes.layers import Conv2d, ReLU, Sequential

images = np.random.default_rng(0).random((8, 1, 6, 6), np.float32)
model = Sequential(Conv2d(1, 3, 3), ReLU())
model[0].weight.data[:] = 1
model[0].bias.data[:] = [-3, -6, -9]  # the sum of nine numbers from 0 to 1 is below 9

maps = model.forward(images)
model.backward(np.ones_like(maps))
for number in range(3):
    answering = (maps[:, number].max(axis=(1, 2)) > 0).sum()
    moved = bool(model[0].weight.grad[number].any())
    print(f"filter {number}: answers on {answering} of 8 images, gets a gradient: {moved}")
