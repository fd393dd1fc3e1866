"""The same network in PyTorch, 60 steps."""
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from cnnnotes.data import load_digits

x, y, _, _ = (torch.from_numpy(array) for array in load_digits(seed=0))
for momentum in 0.0, 0.9:
    for lr in 0.02, 0.2, 1.0:
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(784, 10),
        )
        optimizer = torch.optim.SGD(model.parameters(), lr, momentum)
        for batch in torch.randperm(3840).reshape(60, 64):
            optimizer.zero_grad()
            cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
        loss = cross_entropy(model(x[:500]), y[:500])
        level = "below 1" if loss < 1 else "above 2" if loss > 2 else "between"
        print(f"momentum {momentum}, learning rate {lr:4}: loss {level}")
