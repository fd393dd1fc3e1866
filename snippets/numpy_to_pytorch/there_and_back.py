"""A network goes to PyTorch and comes back: the same bits, the same answers."""
import numpy as np
import torch
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.torch_twin import from_torch, to_torch

ours = Sequential(
    Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(1568, 10), seed=0,
)
theirs = to_torch(ours)
again = from_torch(theirs)
for name, weight in ours.state_dict().items():
    same = weight.tobytes() == again.state_dict()[name].tobytes()
    print(f"{name:8} {weight.shape!s:14} back bit for bit: {same}")

images = np.random.default_rng(0).random((16, 1, 28, 28), np.float32)
with torch.no_grad():
    apart = np.abs(ours(images) - theirs(torch.from_numpy(images)).numpy()).max()
print("outputs within 1e-6:", bool(apart < 1e-6))
