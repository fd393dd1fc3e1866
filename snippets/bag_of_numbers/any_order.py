"""A dense layer cannot tell in which order the pixels come; a convolution can."""
import numpy as np
from cnnnotes import conv2d, linear

rng = np.random.default_rng(0)
image = rng.integers(0, 9, (1, 1, 6, 6)).astype(np.float32)
order = rng.permutation(36)
shuffled = image.reshape(1, 36)[:, order]

weight = rng.integers(-3, 4, (5, 36)).astype(np.float32)
true = linear(image.reshape(1, 36), weight)
print("dense, true order:    ", true[0].astype(int))
print("dense, both shuffled: ", linear(shuffled, weight[:, order])[0].astype(int))

detector = np.array([[-1, 0, 1]] * 3, np.float32).reshape(1, 1, 3, 3)
pictures = {"true order": image, "shuffled": shuffled.reshape(image.shape)}
for name, picture in pictures.items():
    print(f"convolution, {name}:")
    print(conv2d(picture, detector)[0, 0].astype(int))
