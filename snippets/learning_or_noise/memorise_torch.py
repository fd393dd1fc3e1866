"""Sixty-four digits with labels drawn by lot: what is there to learn?"""
import numpy as np
import torch
from cnnnotes.data import load_digits
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

images, true, test_images, test_labels = map(torch.from_numpy, load_digits(seed=0))
images, true = images[:64], true[:64]
labels = torch.from_numpy(np.random.default_rng(0).integers(10, size=64))

torch.manual_seed(0)
model = Sequential(
    Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(4),
    Flatten(), Linear(8 * 7 * 7, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(200):
    optimizer.zero_grad()
    cross_entropy(model(images), labels).backward()
    optimizer.step()
remembered = (model(images).argmax(dim=1) == labels).double().mean().item()
read = (model(test_images).argmax(dim=1) == test_labels).double().mean().item()
print("labels that are right:", (labels == true).sum().item(), "of 64")
print("labels that it knows by heart:", round(64 * remembered), "of 64")
print("new digits read, more than 2 of 10:", read > 0.2)
