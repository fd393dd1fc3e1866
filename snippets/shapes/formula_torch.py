"""The formula against PyTorch: the same six convolutions, the same sizes."""
import torch
from torch.nn.functional import conv2d

#   size kernel stride padding dilation
settings = [
    (28, 3, 1, 0, 1),
    (28, 3, 1, 1, 1),
    (28, 5, 1, 2, 1),
    (28, 3, 2, 1, 1),
    (28, 3, 1, 2, 2),
    (224, 7, 2, 3, 1),
]
for size, kernel, stride, padding, dilation in settings:
    image = torch.zeros(1, 1, size, size)
    weight = torch.zeros(1, 1, kernel, kernel)
    made = conv2d(image, weight, None, stride, padding, dilation).shape[-1]
    assert made == (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    print(f"size {size:3}  kernel {kernel}  stride {stride}  padding {padding}  "
          f"dilation {dilation}  ->  {made}")
