"""Left half or right half? A network that was built to forget the place cannot say."""
import numpy as np
from cnnnotes.layers import AdaptiveMaxPool2d, Conv2d, Flatten, Linear, ReLU, Sequential

rng = np.random.default_rng(0)
left = np.zeros((1, 1, 12, 24), np.float32)
left[0, 0, 4:8, 4:8] = rng.random((4, 4))
right = np.roll(left, 12, axis=3)

wrong = right_kind = 0
for seed in range(100):
    forgets = Sequential(
        Conv2d(1, 8, 3), ReLU(), AdaptiveMaxPool2d(1), Flatten(), Linear(8, 2), seed=seed
    )
    keeps = Sequential(Conv2d(1, 8, 3), ReLU(), Flatten(), Linear(8 * 10 * 22, 2), seed=seed)
    wrong += np.allclose(forgets(left), forgets(right), atol=1e-6)
    right_kind += np.allclose(keeps(left), keeps(right), atol=1e-6)
print(f"largest value of each map: {wrong} of 100 networks answer both alike")
print(f"the whole maps:            {right_kind} of 100")
