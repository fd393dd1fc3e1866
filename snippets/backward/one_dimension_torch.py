"""The same six numbers; autograd goes back, and `gradcheck` nudges."""
import torch
from torch.nn.functional import conv1d

x = torch.tensor([1.0, 2, 0, 3, 1, 2], dtype=torch.float64, requires_grad=True)
w = torch.tensor([2.0, -1, 3], dtype=torch.float64, requires_grad=True)
b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
back = torch.tensor([1.0, -2, 0, 3], dtype=torch.float64)


def output(x, w, b):
    return conv1d(x[None, None], w[None, None], b)[0, 0]


print("output", output(x, w, b).detach().int().numpy())
output(x, w, b).backward(back)
agrees = torch.autograd.gradcheck(output, (x, w, b))
for name, values in (("bias", b), ("kernel", w), ("input", x)):
    print(f"{name:6} {values.grad.int().numpy()} as nudged: {agrees}")
