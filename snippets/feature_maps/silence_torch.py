"""Silence one filter after the other: which digits are still read?"""
import numpy as np
import torch
from cnnnotes.data import load_digits
from cnnnotes.inspection import ablated
from cnnnotes.torch_twin import fit, predict
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

digits = load_digits(0)
torch.manual_seed(0)
model = Sequential(Conv2d(1, 6, 5), ReLU(), MaxPool2d(4), Flatten(), Linear(6 * 6 * 6, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
fit(model, digits.train_images[:1000], digits.train_labels[:1000], epochs=4,
    optimizer=optimizer, progress=False)

def recall():
    right = predict(model, digits.test_images) == digits.test_labels
    return np.array([right[digits.test_labels == digit].mean() for digit in range(10)])

whole = recall()
losses = []
for number in range(6):
    with ablated(model[0], number):
        losses.append(whole - recall())
losses = np.array(losses)
print("losses (filters, digits):", losses.shape)
print("some filter costs a digit ten points or more:", losses.max().item() >= 0.1)
print("all filters are missed by the same digit:", len(set(losses.argmax(axis=1))) == 1)
print("outside the block all is as before:", (recall() == whole).all().item())
