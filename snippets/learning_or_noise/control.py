"""Make a control that knows nothing: the same network, its labels shuffled."""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import Adam
from cnnnotes.training import fit

digits = load_digits(seed=0)
images, labels = digits.train_images[:256], digits.train_labels[:256]
shuffled = np.random.default_rng(0).permutation(labels)

losses = {}
for name, given in {"as given": labels, "shuffled": shuffled}.items():
    model = Sequential(
        Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(4),
        Flatten(), Linear(8 * 7 * 7, 10), seed=0,
    )
    optimizer = Adam(model.parameters(), lr=0.005)
    losses[name] = fit(model, images, given, epochs=10, optimizer=optimizer,
                       progress=False).train_loss
    fallen = losses[name][-1] < losses[name][0] / 2
    print(f"labels {name}: training loss halved in ten epochs: {fallen}")
