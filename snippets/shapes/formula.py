"""The formula against the operation: six convolutions, one axis each."""
import numpy as np
from cnnnotes.conv import conv2d
from cnnnotes.shapes import conv_output_size

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
    image = np.zeros((1, 1, size, size), np.float32)
    weight = np.zeros((1, 1, kernel, kernel), np.float32)
    made = conv2d(image, weight, None, stride, padding, dilation).shape[-1]
    assert made == conv_output_size(size, kernel, stride, padding, dilation)
    print(f"size {size:3}  kernel {kernel}  stride {stride}  padding {padding}  "
          f"dilation {dilation}  ->  {made}")
