"""Sixty-four digits with labels drawn by lot: what is there to learn?"""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import Adam
from cnnnotes.training import evaluate, fit

digits = load_digits(seed=0)
images = digits.train_images[:64]
labels = np.random.default_rng(0).integers(10, size=64)

model = Sequential(
    Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(4),
    Flatten(), Linear(8 * 7 * 7, 10), seed=0,
)
optimizer = Adam(model.parameters(), lr=0.01)
fit(model, images, labels, epochs=200, optimizer=optimizer, progress=False)
remembered = evaluate(model, images, labels).accuracy
read = evaluate(model, digits.test_images, digits.test_labels).accuracy
print("labels that are right:", (labels == digits.train_labels[:64]).sum(), "of 64")
print("labels that it knows by heart:", round(64 * remembered), "of 64")
print("new digits read, more than 2 of 10:", read > 0.2)
