"""Cut out what drives a detector most, exactly as large as it sees."""
import numpy as np
import torch
from cnnnotes.inspection import feature_maps, top_patches
from cnnnotes.shapes import trace
from torch.nn import Conv2d, ReLU, Sequential

model = Sequential(Conv2d(1, 1, 3, padding=1, bias=False), ReLU())
with torch.no_grad():
    model[0].weight[0, 0] = torch.tensor([[-1, -1, -1], [-1, 2, 2], [-1, 2, 2]])

images = np.zeros((2, 1, 8, 8), np.float32)
images[0, 0, 3:7, 2:6] = 1  # a square
images[1, 0, 0:4, 0:4] = 1  # the same, at the border

maps = feature_maps(model, images)["1"]
found = top_patches(maps, images, trace(model, (1, 8, 8)).rows[2], count=2)
for patch, image, unit in zip(found.pixels[0, :, 0], found.images[0], found.units[0], strict=True):
    print(f"image {image}, unit {tuple(map(int, unit))}")
    print(patch)
