"""Principal components in three lines: centre, decompose, project."""
import numpy as np
from cnnnotes.data import load_digits

images = load_digits(seed=0).train_images.reshape(-1, 784)
centred = images - images.mean(axis=0)
_, lengths, directions = np.linalg.svd(centred, full_matrices=False)
codes = centred @ directions[:16].T

print("images", tuple(images.shape), "→ codes", tuple(codes.shape))
variance = lengths**2 / (lengths**2).sum()
for numbers in 4, 16, 64:
    print(f"{numbers:2} numbers keep {variance[:numbers].sum():.0%} of the variance")
