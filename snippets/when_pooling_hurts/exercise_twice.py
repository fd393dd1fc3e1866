"""Pool twice, unpool twice: how much is put back?"""
import numpy as np
from cnnnotes import max_pool2d, max_unpool2d

image = np.random.default_rng(0).permutation(256).reshape(1, 1, 16, 16).astype(np.float32)
half, first = max_pool2d(image, 2, return_indices=True)
quarter, second = max_pool2d(half, 2, return_indices=True)
back = max_unpool2d(max_unpool2d(quarter, second, 2), first, 2)
kept = back != 0
print("values put back:", int(kept.sum()), "of", image.size)
print("each at its place:", np.array_equal(back[kept], image[kept]))
