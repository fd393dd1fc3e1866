"""PyTorch: a map that is negative throughout, padded by the pooling and by hand."""
import torch
from torch.nn.functional import max_pool2d, pad

found = -torch.arange(1.0, 17).reshape(1, 1, 4, 4)
right = max_pool2d(found, 3, stride=1, padding=1)
with_zeros = pad(found, (1, 1, 1, 1))
wrong = max_pool2d(with_zeros, 3, stride=1)
for name, output in {"padding=1": right, "zeros by hand": wrong}.items():
    print(name)
    for row in output[0, 0].int():
        print("  ", *(f"{value:3}" for value in row.tolist()))
print("places where zero won:", int((wrong == 0).sum()), "of", wrong.numel())
