"""Before it has learned anything, the network should think all ten digits equally likely."""
import math
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
print(f"expected ln 10 = {math.log(10):.1f}")
print(f"measured       = {cross_entropy(model(test_x), test_y):.1f}")
