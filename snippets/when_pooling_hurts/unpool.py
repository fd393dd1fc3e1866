"""Max pooling remembers where its maxima were; unpooling puts them back there."""
import numpy as np
from cnnnotes import max_pool2d, max_unpool2d

image = np.array([[0, 0, 0, 4], [7, 0, 0, 0], [0, 0, 0, 0], [0, 5, 9, 0]], np.float32)[None, None]
small, indices = max_pool2d(image, 2, return_indices=True)
print("maxima", small[0, 0].astype(int).tolist(), " places", indices[0, 0].tolist())
with_places = max_unpool2d(small, indices, 2)
without = np.zeros_like(image)
without[..., ::2, ::2] = small  # some corner must be chosen
spread = small.repeat(2, axis=2).repeat(2, axis=3)
for name, back in {"places": with_places, "a corner": without, "spread": spread}.items():
    print(f"{name:8}", *back[0, 0].astype(int).tolist(), " as it was:", np.array_equal(back, image))
