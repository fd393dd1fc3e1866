"""The same in PyTorch: the shape comes back, the values do not."""
import torch
from torch.nn.functional import conv2d, conv_transpose2d

torch.manual_seed(0)
weight = torch.ones(1, 1, 3, 3)
for size in (13, 14):
    image = torch.randn(1, 1, size, size)
    small = conv2d(image, weight, stride=2, padding=1)
    for extra in (0, 1):
        back = conv_transpose2d(small, weight, None, 2, 1, output_padding=extra)
        line = f"{size} -> {small.shape[-1]} -> {back.shape[-1]}"
        if back.shape == image.shape:
            line += f"  the size is back; the values: {torch.allclose(back, image)}"
        print(line)
