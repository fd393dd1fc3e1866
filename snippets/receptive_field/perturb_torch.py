"""Ask the network itself: change one pixel, and see whether the unit notices."""
import torch
from torch.nn import Conv2d, MaxPool2d, Sequential

torch.manual_seed(0)
model = Sequential(Conv2d(1, 4, 3), MaxPool2d(2), Conv2d(4, 4, 3))
model.requires_grad_(False)
image = torch.ones(1, 1, 20, 20)
before = model(image)[0, :, 3, 3]

seen = torch.zeros(20, 20, dtype=torch.bool)
for row in range(20):
    for column in range(20):
        for push in 1e4, -1e4:
            changed = image.clone()
            changed[0, 0, row, column] += push
            seen[row, column] |= (model(changed)[0, :, 3, 3] != before).any()
rows, columns = seen.nonzero().T.numpy()
print("unit (3, 3) sees rows", rows.min(), "to", rows.max())
print("and columns", columns.min(), "to", columns.max())
height, width = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
print("pixels:", int(seen.sum()), "=", height, "×", width)
