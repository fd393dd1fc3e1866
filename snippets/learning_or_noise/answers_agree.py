"""Two networks of different beginnings: do they give new images the same answers?"""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import Adam
from cnnnotes.training import fit, predict

digits = load_digits(seed=0)
images, labels = digits.train_images[:256], digits.train_labels[:256]
shuffled = np.random.default_rng(0).permutation(labels)
for name, given in {"true": labels, "shuffled": shuffled}.items():
    answers = []
    for seed in 0, 1:
        model = Sequential(
            Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(4),
            Flatten(), Linear(8 * 7 * 7, 10), seed=seed,
        )
        optimizer = Adam(model.parameters(), lr=0.01)
        fit(model, images, given, epochs=40, optimizer=optimizer, seed=seed, progress=False)
        answers.append(predict(model, digits.test_images))
    agree = (answers[0] == answers[1]).mean()
    print(f"{name:8} labels: the two agree on more than 7 in 10 new images: {agree > 0.7},"
          f" on more than 3: {agree > 0.3}")
