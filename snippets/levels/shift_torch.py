"""Move images by a pixel: how far does each layer of an untrained network go?"""
import torch
from cnnnotes.data import load_digits
from cnnnotes.inspection import shift_sensitivity
from torch.nn import AdaptiveAvgPool2d, Conv2d, MaxPool2d, ReLU, Sequential

torch.manual_seed(0)
model = Sequential(
    Conv2d(1, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(16, 16, 3, padding=1), ReLU(), MaxPool2d(2), AdaptiveAvgPool2d(1),
)
change = shift_sensitivity(model, load_digits(0).test_images[:100])
names = {"input": "the image", "2": "first pooling", "5": "second pooling", "6": "mean of each map"}
before = 1.0
for key, name in names.items():
    print(f"{name:17} changes less than what is before it: {change[key] < before}")
    before = change[key]
print("the mean of each map changes by less than 5 %:", change["6"] < 0.05)
