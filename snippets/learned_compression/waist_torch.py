"""A network with a waist: all it says about the class must pass through eight numbers."""
import torch
from torch.nn import Conv2d, Flatten, Linear, ReLU, Sequential

model = Sequential(
    Conv2d(1, 8, 5, stride=2, padding=2), ReLU(),
    Conv2d(8, 16, 3, stride=2, padding=1), ReLU(), Flatten(),
    Linear(16 * 7 * 7, 8),  # the code
    Linear(8, 10),
)
images = torch.zeros(32, 1, 28, 28)
shapes = [tuple(found.shape) for found in (images, model[:-1](images), model(images))]
print("images", shapes[0], "→ codes", shapes[1], "→ classes", shapes[2])
