"""Every second label is drawn by lot: which images does a young network get wrong?"""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.losses import cross_entropy
from cnnnotes.optim import Adam
from cnnnotes.training import fit, logits

digits = load_digits(seed=0)
images, true = digits.train_images[:1000], digits.train_labels[:1000]
rng = np.random.default_rng(0)
given = np.where(rng.random(1000) < 0.5, rng.integers(10, size=1000), true)
print("labels that are wrong:", (given != true).sum(), "of 1000")

model = Sequential(
    Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(4),
    Flatten(), Linear(8 * 7 * 7, 10), seed=0,
)
optimizer = Adam(model.parameters(), lr=0.005)
fit(model, images, given, epochs=4, optimizer=optimizer, progress=False)
losses = cross_entropy(logits(model, images), given, reduction="none")
by_loss = np.argsort(losses)
for name, chosen in {"smallest": by_loss[:200], "largest": by_loss[-200:]}.items():
    wrong = (given != true)[chosen].mean()
    print(f"the 200 {name} losses: {round(10 * wrong) * 10} % wrong, to the nearest 10")
