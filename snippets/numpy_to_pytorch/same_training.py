"""The same weights, the same batches, the same rule: the same losses."""
import numpy as np
import torch
from cnnnotes import torch_twin, training
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD

images, labels = (part[:1000] for part in load_digits(seed=0)[:2])
images = images.astype(np.float64)
ours = Sequential(
    Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(4), Flatten(), Linear(392, 10), seed=0,
).to("float64")
theirs = torch_twin.to_torch(ours)

arguments = {"epochs": 2, "batch_size": 50, "seed": 0, "progress": False}
first = training.fit(ours, images, labels, **arguments,
                     optimizer=SGD(ours.parameters(), lr=0.05, momentum=0.9))
second = torch_twin.fit(theirs, images, labels, **arguments,
                        optimizer=torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=0.9))
for step in (0, 19, 39):
    print(f"step {step + 1:2}: {first.losses[step]:.5f} {second.losses[step]:.5f}")
apart = np.abs(np.subtract(first.losses, second.losses)).max()
print(len(first.losses), "losses, all within 1e-6:", bool(apart < 1e-6))
