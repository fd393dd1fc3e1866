"""The same three steps: autograd goes back by itself, and gradients must be emptied first."""
import numpy as np
import torch
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy
from cnnnotes import layers

rng = np.random.default_rng(0)
images, labels = torch.from_numpy(rng.normal(size=(32, 1, 8, 8))), torch.arange(32) % 4
model = Sequential(
    Conv2d(1, 4, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(64, 4),
).to(torch.float64)
first = layers.Sequential(layers.Conv2d(1, 4, 3), layers.Linear(64, 4), seed=0)  # our weights
for weight, ours in zip(model.parameters(), first.state_dict().values(), strict=True):
    weight.data.copy_(torch.from_numpy(ours))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

for step in range(3):
    optimizer.zero_grad()
    loss = cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    print(f"step {step}: loss {loss.item():.6f}")
