"""A linear probe: train a network, then ask each stage for the class, with least squares."""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD
from cnnnotes.training import fit

digits = load_digits(seed=0)
model = Sequential(
    Conv2d(1, 16, 3, padding=1), ReLU(), MaxPool2d(4),
    Conv2d(16, 16, 3, padding=1), ReLU(), Flatten(), Linear(16 * 49, 10), seed=0,
)
optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
fit(model, digits.train_images, digits.train_labels, epochs=4, optimizer=optimizer,
    batch_size=64, seed=0, progress=False)

right = []
for stage in model[:2], model[:5]:
    train, test = (
        np.insert(stage.forward(images).mean(axis=(2, 3)), 0, 1, axis=1)  # 16 means and a 1
        for images in (digits.train_images, digits.test_images)
    )
    probe = np.linalg.lstsq(train, np.eye(10)[digits.train_labels], rcond=None)[0]
    right.append(((test @ probe).argmax(axis=1) == digits.test_labels).mean())
print("numbers that a probe reads:", train.shape[1] - 1)
print("the second stage tells more of the class:", right[1] > right[0] + 0.05)
