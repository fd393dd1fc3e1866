"""PyTorch: how often does a 2×2 maximum stay when a digit moves by a pixel?"""
import torch
from cnnnotes.data import load_digits
from torch.nn.functional import max_pool2d

images = torch.from_numpy(load_digits(0).test_images)
before = max_pool2d(images, 2)
after = max_pool2d(images.roll(1, dims=3), 2)
stays, ink = before == after, (before > 0) | (after > 0)
print(f"all values:  {stays.float().mean():.0%} stay")
print(f"with ink:    {stays[ink].float().mean():.0%} stay")
print(f"blank before and after: {(~ink).float().mean():.0%} of the values")
