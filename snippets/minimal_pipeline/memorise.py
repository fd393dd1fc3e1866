"""32 images, learned by heart: a network that cannot do this has a bug, not a small data set."""
from cnnnotes import cross_entropy_backward
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD

images, labels = [part[:32] for part in load_digits(seed=0)[:2]]
model = Sequential(
    Conv2d(1, 8, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(8, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Flatten(), Linear(784, 10), seed=0,
)
optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
for step in range(200):
    logits = model.forward(images)
    model.backward(cross_entropy_backward(1.0, logits, labels))
    optimizer.step()

right = (model.forward(images).argmax(1) == labels).sum()
print(f"{right} of {len(labels)} learned by heart")
