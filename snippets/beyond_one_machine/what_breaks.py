"""Average the gradients of two shares by hand. Is it the gradient of the whole batch?"""
import torch
from torch import nn
from torch.nn.functional import cross_entropy

torch.manual_seed(0)
images, labels = torch.randn(64, 1, 8, 8).double(), torch.arange(64) % 10
halves, uneven = (32, 32), (48, 16)

def gradient(model, images, labels, reduction="mean"):
    model.zero_grad()
    cross_entropy(model(images), labels, reduction=reduction).backward()
    return torch.cat([weight.grad.flatten() for weight in model.parameters()])

def same(shares, *extra, weighted=False, **options):
    head = nn.Flatten(), nn.Linear(144, 10)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), *extra, nn.ReLU(), *head).double()
    averaged = 0
    for x, y in zip(images.split(shares), labels.split(shares), strict=True):
        weight = len(x) / 64 if weighted else 1 / 2
        averaged = averaged + weight * gradient(model, x, y, **options)
    return torch.allclose(averaged, gradient(model, images, labels, **options))

print("equal shares:            ", same(halves))
print("unequal shares:          ", same(uneven))
print("unequal, weighed by size:", same(uneven, weighted=True))
print("sum of losses, not mean: ", same(halves, reduction="sum"))
print("batch norm:              ", same(halves, nn.BatchNorm2d(4)))
print("dropout:                 ", same(halves, nn.Dropout()))
