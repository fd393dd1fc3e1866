"""Only the strongest cell of the last map is known: how far off is its middle?"""
import numpy as np

for poolings in range(6):
    side = 2**poolings
    offsets = np.arange(side) - (side - 1) / 2
    distances = np.hypot(offsets[:, None], offsets[None, :])
    print(f"{poolings} poolings: {distances.mean():5.2f} pixels on average,"
          f" {distances.max():5.2f} at worst")
