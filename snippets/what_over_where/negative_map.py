"""A map that is negative throughout, padded: −∞ never wins, a zero always does."""
import numpy as np
from cnnnotes import max_pool2d

found = -np.arange(1, 17, dtype=np.float64).reshape(1, 1, 4, 4)
right = max_pool2d(found, 3, stride=1, padding=1)
with_zeros = np.pad(found, ((0, 0), (0, 0), (1, 1), (1, 1)))
wrong = max_pool2d(with_zeros, 3, stride=1)
for name, output in {"padding=1": right, "zeros by hand": wrong}.items():
    print(name)
    for row in output[0, 0].astype(int):
        print("  ", *(f"{value:3}" for value in row))
print("places where zero won:", int((wrong == 0).sum()), "of", wrong.size)
