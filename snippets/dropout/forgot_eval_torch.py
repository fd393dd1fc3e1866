"""The same 200 images twice. In training mode the answers are not the same."""
import torch
from torch.nn import Conv2d, Dropout, Flatten, Linear, ReLU, Sequential

torch.manual_seed(0)
images = torch.rand(200, 1, 12, 12)
model = Sequential(
    Conv2d(1, 4, 3), ReLU(), Flatten(), Linear(400, 64), ReLU(), Dropout(0.5), Linear(64, 10),
)
for mode in ("train", "eval"):
    getattr(model, mode)()
    first, second = (model(images).argmax(dim=1) for _ in range(2))
    print(f"{mode:5}  all answers the same:", bool((first == second).all()))
