"""PyTorch: a mean over a whole map knows no place, unless the border tells."""
import torch
from torch.nn import AdaptiveAvgPool2d, Conv2d, Flatten, ReLU, Sequential

torch.manual_seed(0)
square = torch.zeros(1, 1, 16, 16, dtype=torch.float64)
square[..., 7:10, 7:10] = 1
for mode in "circular", "zeros":
    model = Sequential(
        Conv2d(1, 4, 3, padding=1, padding_mode=mode), ReLU(),
        Conv2d(4, 4, 3, padding=1, padding_mode=mode), ReLU(),
        AdaptiveAvgPool2d(1), Flatten(),
    ).to(torch.float64)
    means = {by: model(square.roll(by, dims=3)) for by in range(7)}
    print(f"{mode:8} moved by", *[f"{by}: {torch.allclose(means[0], means[by])} " for by in means])
