"""Feature maps of one digit: where each of three detectors finds what it looks for."""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.inspection import feature_maps
from cnnnotes.layers import Conv2d, MaxPool2d, ReLU, Sequential

digits = load_digits(0)
seven = digits.test_images[digits.test_labels == 7][:1]
edge = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])
model = Sequential(Conv2d(1, 3, 3, padding=1, bias=False), ReLU(), MaxPool2d(2))
model[0].weight.data[:, 0] = [edge, edge.T, -np.ones((3, 3))]

maps = feature_maps(model, seven)
for number, shown in maps.items():
    print(f"layer {number}: {shown.shape}")
for number, name in enumerate(("ink begins below", "ink begins right", "no ink")):
    answers = maps["1"][0, number]
    print(f"{name:17} {(answers > 0).sum():3} places, strongest {answers.max():.1f}")
