"""Which fixed summaries can a strided convolution learn?"""
import numpy as np
from cnnnotes import avg_pool2d, blur_pool2d, conv2d, max_pool2d

image = np.random.default_rng(0).normal(size=(1, 1, 8, 8))
quarter = np.full((1, 1, 2, 2), 1 / 4)
average = conv2d(image, quarter, stride=2)
print("average pooling:", np.allclose(average, avg_pool2d(image, 2)))

binomial = np.outer([1, 2, 1], [1, 2, 1])[None, None] / 16
mirrored = np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="reflect")
blurred = conv2d(mirrored, binomial, stride=2)[..., :4, :4]
print("blur pooling:", np.allclose(blurred, blur_pool2d(image, 3, 2)))

corner = np.array([[1.0, 0], [0, 0]])[None, None]
print("one pixel of four:", np.allclose(conv2d(image, corner, stride=2), image[..., ::2, ::2]))

for name, halve in {"convolution": lambda x: conv2d(x, quarter, stride=2),
                    "maximum": lambda x: max_pool2d(x, 2)}.items():
    total = halve(image) + halve(-image)
    print(f"{name} of an image plus that of its negative: at most {abs(total).max():.1f}")
