"""Which fixed summaries can a strided convolution learn?"""
import numpy as np
import torch
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, pad

image = torch.from_numpy(np.random.default_rng(0).normal(size=(1, 1, 8, 8)))
quarter = torch.full((1, 1, 2, 2), 1 / 4).double()
average = conv2d(image, quarter, stride=2)
print("average pooling:", torch.allclose(average, avg_pool2d(image, 2)))

one = torch.tensor([1.0, 2, 1]).double() / 4
binomial = torch.outer(one, one)[None, None]
blurred = conv2d(pad(image, (1, 1, 1, 1), mode="reflect"), binomial, stride=2)[..., :4, :4]
across = conv2d(pad(image, (1, 1, 0, 0), mode="reflect"), one.reshape(1, 1, 1, 3), stride=(1, 2))
both = conv2d(pad(across, (0, 0, 1, 1), mode="reflect"), one.reshape(1, 1, 3, 1), stride=(2, 1))
print("blur pooling:", torch.allclose(blurred, both))

corner = torch.tensor([[1.0, 0], [0, 0]]).double()[None, None]
print("one pixel of four:", torch.allclose(conv2d(image, corner, stride=2), image[..., ::2, ::2]))

for name, halve in {"convolution": lambda x: conv2d(x, quarter, stride=2),
                    "maximum": lambda x: max_pool2d(x, 2)}.items():
    total = halve(image) + halve(-image)
    print(f"{name} of an image plus that of its negative: at most {abs(total).max():.1f}")
