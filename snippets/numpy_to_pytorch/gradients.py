"""Backward twice without a step between: ours sets the gradient, PyTorch adds to it."""
import numpy as np
import torch
from cnnnotes.layers import Linear
from cnnnotes.torch_twin import to_torch

ours = Linear(2, 1, seed=0)
theirs = to_torch(ours)
images = np.array([[1.0, 2.0]], np.float32)

for time in ("once", "twice"):
    ours.forward(images)
    ours.backward(np.ones((1, 1), np.float32))
    theirs(torch.from_numpy(images)).sum().backward()
    print(f"{time:5}  ours {ours.weight.grad}  torch {theirs.weight.grad.numpy()}")
theirs.zero_grad()
print("after zero_grad, torch has", theirs.weight.grad)
