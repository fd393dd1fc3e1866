"""The same in PyTorch: the same network, batches and update rule; only the first weights differ."""
import numpy as np
import torch
from cnnnotes.data import load_digits
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

train_x, train_y, test_x, test_y = map(torch.from_numpy, load_digits(seed=0))
torch.manual_seed(0)
model = Sequential(
    Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Flatten(), Linear(784, 10),
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=0.005)
rng = np.random.default_rng(0)
for epoch in range(15):
    order = rng.permutation(len(train_x))
    for batch in np.split(order, range(64, len(order), 64)):
        optimizer.zero_grad()
        cross_entropy(model(train_x[batch]), train_y[batch]).backward()
        optimizer.step()

accuracy = (model(test_x).argmax(1) == test_y).double().mean().item()
print(f"trained on {len(train_x)} digits, tested on {len(test_x)} others")
print(f"at least 95 % read correctly: {accuracy >= 0.95}")
