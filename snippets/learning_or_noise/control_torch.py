"""Make a control that knows nothing: the same network, its labels shuffled."""
import numpy as np
import torch
from cnnnotes.data import load_digits
from torch.nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch.nn.functional import cross_entropy

images, labels, _, _ = map(torch.from_numpy, load_digits(seed=0))
images, labels = images[:256], labels[:256]
shuffled = labels[torch.from_numpy(np.random.default_rng(0).permutation(256))]

for name, given in {"as given": labels, "shuffled": shuffled}.items():
    torch.manual_seed(0)
    model = Sequential(
        Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(4),
        Flatten(), Linear(8 * 7 * 7, 10),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    losses = []
    for _ in range(10):
        of_epoch = 0.0
        for batch in torch.randperm(256).split(64):
            optimizer.zero_grad()
            loss = cross_entropy(model(images[batch]), given[batch])
            loss.backward()
            optimizer.step()
            of_epoch += loss.item() / 4
        losses.append(of_epoch)
    print(f"labels {name}: training loss halved in ten epochs: {losses[-1] < losses[0] / 2}")
