"""PyTorch as the judge of a convolution from scratch, and of the way back."""
import torch
from torch.nn.functional import conv2d


def from_scratch(x, w, stride):
    size = (len(x) - len(w)) // stride + 1
    out = torch.zeros(size, size, dtype=x.dtype)
    for i in range(size):
        for j in range(size):
            out[i, j] = (x[i : i + 3, j : j + 3] * w).sum()  # and the stride?
    return out


x = torch.arange(64, dtype=torch.float64).reshape(8, 8) ** 2
w = torch.arange(9, dtype=torch.float64).reshape(3, 3)
for stride in (1, 2, 3):
    right = conv2d(x[None, None], w[None, None], stride=stride)[0, 0]
    equal = torch.equal(from_scratch(x, w, stride), right)
    print(f"stride {stride}: shape {tuple(right.shape)}, equal: {equal}")

x.requires_grad_()
conv2d(x[None, None], w[None, None], stride=2).sum().backward()
last = x.grad[-1].int().numpy()
print("stride 2, gradient:", tuple(x.grad.shape), "last row:", last)
