"""Two networks of different beginnings: do they give new images the same answers?"""
import numpy as np
import torch
from cnnnotes.data import load_digits
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

images, labels, new_images, _ = map(torch.from_numpy, load_digits(seed=0))
images, labels = images[:256], labels[:256]
shuffled = labels[torch.from_numpy(np.random.default_rng(0).permutation(256))]
for name, given in {"true": labels, "shuffled": shuffled}.items():
    answers = []
    for seed in 0, 1:
        torch.manual_seed(seed)
        model = Sequential(
            Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(4),
            Flatten(), Linear(8 * 7 * 7, 10),
        )
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(40):
            for batch in torch.randperm(256).split(64):
                optimizer.zero_grad()
                cross_entropy(model(images[batch]), given[batch]).backward()
                optimizer.step()
        answers.append(model(new_images).argmax(dim=1))
    agree = (answers[0] == answers[1]).double().mean().item()
    print(f"{name:8} labels: the two agree on more than 7 in 10 new images: {agree > 0.7},"
          f" on more than 3: {agree > 0.3}")
