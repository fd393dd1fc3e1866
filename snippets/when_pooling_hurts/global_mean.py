"""A mean over a whole map: it knows no place, unless the border tells."""
import numpy as np
from cnnnotes.layers import AdaptiveAvgPool2d, Conv2d, Flatten, ReLU, Sequential

square = np.zeros((1, 1, 16, 16))
square[..., 7:10, 7:10] = 1
for mode in "circular", "zeros":
    model = Sequential(
        Conv2d(1, 4, 3, padding=1, padding_mode=mode), ReLU(),
        Conv2d(4, 4, 3, padding=1, padding_mode=mode), ReLU(),
        AdaptiveAvgPool2d(1), Flatten(), seed=0,
    ).to(np.float64)
    means = {by: model(np.roll(square, by, axis=3)) for by in range(7)}
    print(f"{mode:8} moved by", *[f"{by}: {np.allclose(means[0], means[by])} " for by in means])
