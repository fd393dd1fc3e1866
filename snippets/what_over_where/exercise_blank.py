"""How often does a 2×2 maximum stay when a digit moves by a pixel, with ink in it and without?"""
import numpy as np
from cnnnotes import max_pool2d
from cnnnotes.data import load_digits

images = load_digits(0).test_images
before = max_pool2d(images, 2)
after = max_pool2d(np.roll(images, 1, axis=3), 2)
stays, ink = before == after, (before > 0) | (after > 0)
print(f"all values:  {stays.mean():.0%} stay")
print(f"with ink:    {stays[ink].mean():.0%} stay")
print(f"blank before and after: {(~ink).mean():.0%} of the values")
