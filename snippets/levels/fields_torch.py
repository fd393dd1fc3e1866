"""Three stages: how large is the part of the image that one unit sees?"""
from cnnnotes.shapes import trace
from torch.nn import Conv2d, MaxPool2d, ReLU, Sequential

model = Sequential(
    Conv2d(1, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(16, 16, 3, padding=1), ReLU(), MaxPool2d(2),
    Conv2d(16, 16, 3, padding=1), ReLU(), MaxPool2d(2),
)
rows = trace(model, (1, 28, 28)).rows[1:]
for stage in 0, 1, 2:
    row = rows[3 * stage]
    side = row.output_shape[1]
    print(f"stage {stage + 1}: {side:2} × {side:2} units, each sees {row.receptive_field:2} pixels,"
          f" the next begins {row.effective_stride} on")
