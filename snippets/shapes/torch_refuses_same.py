"""PyTorch's own words: 'same' with a stride, and too much padding for a pooling."""
from textwrap import fill

import torch
from torch import nn

image = torch.zeros(1, 1, 10, 10)
for make in (
    lambda: nn.Conv2d(1, 1, 3, stride=2, padding="same")(image),
    lambda: nn.MaxPool2d(2, padding=2)(image),
):
    try:
        make()
    except (ValueError, RuntimeError) as error:
        print(fill(str(error), 76))
