"""How often is each pixel read? The gradient of the sum of all outputs says so."""
import torch
from torch.nn.functional import conv2d

weight = torch.ones(1, 1, 3, 3)
for padding in (0, 1):
    image = torch.zeros(1, 1, 7, 7, requires_grad=True)
    conv2d(image, weight, padding=padding).sum().backward()
    print(f"padding {padding}")
    for row in image.grad[0, 0].int().tolist():
        print(" ", *row)
