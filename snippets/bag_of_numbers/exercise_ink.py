"""Which share of all ink leaves the picture when the digits move to the right?"""
import numpy as np
from cnnnotes.data import load_digits

images = np.rint(255 * load_digits(0).test_images)
for shift in range(9):
    lost = images[..., 28 - shift :].sum() / images.sum()
    print(f"{shift} px: {lost:.1%}")
