"""Feature maps of one digit: where each of three detectors finds what it looks for."""
import torch
from cnnnotes.data import load_digits
from torch.nn import Conv2d, MaxPool2d, ReLU, Sequential

digits = load_digits(0)
seven = digits.test_images[digits.test_labels == 7][:1]
edge = torch.tensor([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])
model = Sequential(Conv2d(1, 3, 3, padding=1, bias=False), ReLU(), MaxPool2d(2))
model[0].weight.data[:, 0] = torch.stack([edge, edge.T, -torch.ones(3, 3)])

maps = {}
for number, layer in model.named_children():
    layer.register_forward_hook(lambda _, __, out, n=number: maps.update({n: out.detach()}))
model(torch.from_numpy(seven))
for number, shown in maps.items():
    print(f"layer {number}: {tuple(shown.shape)}")
for number, name in enumerate(("ink begins below", "ink begins right", "no ink")):
    answers = maps["1"][0, number]
    print(f"{name:17} {(answers > 0).sum():3} places, strongest {answers.max() + 0:.1f}")
