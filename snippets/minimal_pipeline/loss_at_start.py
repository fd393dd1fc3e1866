"""Before it has learned anything, the network should think all ten digits equally likely."""
import math
from cnnnotes import cross_entropy
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

train_x, train_y, test_x, test_y = load_digits(seed=0)
model = Sequential(
    Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Flatten(), Linear(784, 10), seed=0,
)
print(f"expected ln 10 = {math.log(10):.1f}")
print(f"measured       = {cross_entropy(model.forward(test_x), test_y):.1f}")
