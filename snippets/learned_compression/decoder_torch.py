"""A linear decoder by least squares: how much of an image do sixteen numbers bring back?"""
import numpy as np
import torch
from cnnnotes.data import load_digits

images = torch.from_numpy(load_digits(seed=0).train_images).reshape(-1, 784).double()
centred = images - images.mean(dim=0)
directions = torch.linalg.svd(centred, full_matrices=False)[2]
blocks = images.reshape(-1, 4, 7, 4, 7).mean(dim=(2, 4)).reshape(-1, 16)
codes = {
    "16 components": centred @ directions[:16].T,
    "16 means of blocks": blocks - blocks.mean(dim=0),
    "16 random mixtures": centred @ torch.tensor(np.random.default_rng(0).normal(size=(784, 16))),
}
for name, code in codes.items():
    decoder = torch.linalg.lstsq(code, centred).solution
    lost = ((centred - code @ decoder) ** 2).sum() / (centred**2).sum()
    print(f"{name:18} lose {lost:.0%} of the variance")
