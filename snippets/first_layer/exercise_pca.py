"""Principal components of patches: filters made without labels, and without a network."""
import numpy as np
from cnnnotes.data import load_textures
from cnnnotes.inspection import filter_kinds

images = load_textures(seed=0).train_images[:, 0].astype(float)
windows = np.lib.stride_tricks.sliding_window_view(images, (7, 7), axis=(1, 2))
patches = windows[:, ::5, ::5].reshape(-1, 49)
_, components = np.linalg.eigh(patches.T @ patches)
filters = components.T[::-1].reshape(-1, 7, 7)  # the strongest first
print("of the first three:", *filter_kinds(filters[:3]))
print("edges among the first eight:", filter_kinds(filters[:8]).count("edge"))
