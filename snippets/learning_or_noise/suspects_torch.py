"""Every second label is drawn by lot: which images does a young network get wrong?"""
import numpy as np
import torch
from cnnnotes.data import load_digits
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

images, true = (torch.from_numpy(part[:1000]) for part in load_digits(seed=0)[:2])
rng = np.random.default_rng(0)
given = np.where(rng.random(1000) < 0.5, rng.integers(10, size=1000), true)
given = torch.from_numpy(given)
print("labels that are wrong:", (given != true).sum().item(), "of 1000")

torch.manual_seed(0)
model = Sequential(
    Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(4),
    Flatten(), Linear(8 * 7 * 7, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for _ in range(4):
    for batch in torch.randperm(1000).split(64):
        optimizer.zero_grad()
        cross_entropy(model(images[batch]), given[batch]).backward()
        optimizer.step()
by_loss = cross_entropy(model(images), given, reduction="none").argsort()
for name, chosen in {"smallest": by_loss[:200], "largest": by_loss[-200:]}.items():
    wrong = (given != true)[chosen].double().mean().item()
    print(f"the 200 {name} losses: {round(10 * wrong) * 10} % wrong, to the nearest 10")
