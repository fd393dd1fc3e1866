"""The same matrix in PyTorch: ask the convolution about one pixel at a time."""
import torch
from torch.nn.functional import conv2d

kernel = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]], dtype=torch.float64)
weight = kernel[None, None]
image = torch.arange(36, dtype=torch.float64).reshape(1, 1, 6, 6) % 7
one_pixel_each = torch.eye(36, dtype=torch.float64).reshape(36, 1, 6, 6)
matrix = conv2d(one_pixel_each, weight).reshape(36, 16).T

output = conv2d(image, weight)
print("output     ", tuple(output.shape), "from an image", tuple(image.shape))
print("matrix     ", tuple(matrix.shape), "=", matrix.numel(), "entries")
print("zero       ", (matrix == 0).sum().item())
print("distinct   ", len(matrix[matrix != 0].unique()))
print("same output", torch.equal(matrix @ image.ravel(), output.ravel()))
print("row 0 ", *matrix[0, :18].int().tolist())
print("row 1 ", *matrix[1, :18].int().tolist())
