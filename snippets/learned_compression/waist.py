"""A network with a waist: all it says about the class must pass through eight numbers."""
import numpy as np
from cnnnotes.layers import Conv2d, Flatten, Linear, ReLU, Sequential

model = Sequential(
    Conv2d(1, 8, 5, stride=2, padding=2), ReLU(),
    Conv2d(8, 16, 3, stride=2, padding=1), ReLU(), Flatten(),
    Linear(16 * 7 * 7, 8),  # the code
    Linear(8, 10), seed=0,
)
images = np.zeros((32, 1, 28, 28), np.float32)
codes = model[:-1].forward(images)
print("images", images.shape, "→ codes", codes.shape, "→ classes", model.forward(images).shape)
