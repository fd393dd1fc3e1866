"""Count reads: kernels that keep the size, stride 1, on 28×28."""
import numpy as np
from cnnnotes.conv import conv2d_backward

image = np.zeros((1, 1, 28, 28))
for kernel in (3, 5, 7):
    weight = np.ones((1, 1, kernel, kernel))
    counts, _, _ = conv2d_backward(image + 1, image, weight, padding=kernel // 2)
    (corner, edge), middle = counts[0, 0, 0, [0, 14]], counts[0, 0, 14, 14]
    print(f"{kernel}×{kernel}: corner {corner:.0f}, edge {edge:.0f}, "
          f"middle {middle:.0f}")
