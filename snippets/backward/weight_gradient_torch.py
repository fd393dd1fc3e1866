"""The weights' gradient by hand, against autograd and a nudge."""
import torch
from torch.nn.functional import conv2d

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
for size, stride in (8, 1), (9, 2), (10, 2):
    x, w, b = torch.randn(5, 3, size, size), torch.zeros(4, 3, 3, 3), torch.zeros(4)
    w.requires_grad_(), b.requires_grad_()
    output = conv2d(x, w, b, stride)
    back = torch.randn(output.shape)
    output.backward(back)

    grad_b = back.sum(dim=(0, 2, 3))
    full = conv2d(x.swapaxes(0, 1), back.swapaxes(0, 1), dilation=stride)
    grad_w = full.swapaxes(0, 1)[:, :, :3, :3]

    nudge = torch.zeros(w.shape)
    nudge[2, 1, 0, 2] = 1
    slope = (back * conv2d(x, nudge, b, stride)).sum()
    came, result = tuple(back.shape[2:]), tuple(full.shape[2:])
    print(f"{size} pixels, stride {stride}: came back {came}, result {result}")
    print("  weights:", torch.allclose(grad_w, w.grad),
          " bias:", torch.allclose(grad_b, b.grad),
          " nudged:", torch.isclose(grad_w[2, 1, 0, 2], slope).item())
