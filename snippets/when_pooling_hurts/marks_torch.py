"""PyTorch: four marks of three pixels, at 16 places each, and which max pooling confuses."""
import numpy as np
import torch
from torch.nn.functional import max_pool2d

level, slant = torch.tensor([[0.0, 0, 0], [1, 1, 1], [0, 0, 0]]), torch.eye(3)
marks = {"level": level, "upright": level.T, "falling": slant, "rising": slant.flip(0)}
for poolings in 0, 1, 2:
    looks = {}
    for name, mark in marks.items():
        for row, column in np.ndindex(4, 4):
            image = torch.zeros(1, 1, 12, 12)
            image[0, 0, 4 + row : 7 + row, 4 + column : 7 + column] = mark
            for _ in range(poolings):
                image = max_pool2d(image, 2)
            looks.setdefault(image.numpy().tobytes(), []).append(name)
    unsure = sum(len(names) for names in looks.values() if len(set(names)) > 1)
    all_four = sum(len(set(names)) == 4 for names in looks.values())
    print(f"{poolings} poolings: {len(looks):2} pictures differ; {unsure:2} of 64 marks look like",
          f"another kind; pictures that may be any of four: {all_four}")
