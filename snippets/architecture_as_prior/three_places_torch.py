"""One piece of knowledge, a shift changes nothing, put into features, data, architecture."""
import torch
from torch import nn
from cnnnotes.data import load_digits

image = nn.functional.pad(torch.tensor(load_digits(0).test_images[:1]), (6, 6, 6, 6))
shifts = [(down, right) for down in range(-3, 4) for right in range(-3, 4)]
copies = torch.cat([image.roll(shift, dims=(2, 3)) for shift in shifts])

# Features: sort the pixels. Nothing moves, but nothing else is left either.
features = copies.flatten(1).sort(dim=1).values
# Data: a network without the knowledge must be shown each copy.
torch.manual_seed(0)
mlp = nn.Sequential(nn.Flatten(), nn.Linear(40 * 40, 10))
# Architecture: one detector everywhere, then its strongest answer.
cnn = nn.Sequential(
    nn.Conv2d(1, 8, 5), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8, 10)
)

for name, answers in ("pixels sorted", features), ("MLP", mlp(copies)), ("CNN", cnn(copies)):
    same = torch.isclose(answers, answers[:1], atol=1e-5).all(dim=1).sum()
    print(f"{name:14} {same:2} of {len(copies)} shifted copies get the answer of the first")
