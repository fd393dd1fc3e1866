"""PyTorch: a transposed convolution writes its kernel once for each value."""
import torch
from torch.nn.functional import conv_transpose2d

row = torch.tensor([[[[1.0, 2, 3, 4]]]])
kernels = {"two ones": [1.0, 1], "a tent": [0.5, 1, 0.5], "three ones": [1.0, 1, 1]}
for name, kernel in kernels.items():
    back = conv_transpose2d(row, torch.tensor(kernel)[None, None, None], stride=(1, 2))
    print(f"{name:10}", *(f"{value:g}" for value in back[0, 0, 0].tolist()))
