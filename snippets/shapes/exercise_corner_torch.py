"""Count reads: kernels that keep the size, stride 1, on 28×28."""
import torch
from torch.nn.functional import conv2d

for kernel in (3, 5, 7):
    image = torch.zeros(1, 1, 28, 28, requires_grad=True)
    weight = torch.ones(1, 1, kernel, kernel)
    conv2d(image, weight, padding=kernel // 2).sum().backward()
    counts = image.grad[0, 0]
    corner, edge, middle = counts[0, 0], counts[0, 14], counts[14, 14]
    print(f"{kernel}×{kernel}: corner {corner:.0f}, edge {edge:.0f}, "
          f"middle {middle:.0f}")
