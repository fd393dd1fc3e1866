"""The same two attempts, with autograd as the judge."""
import torch
from torch.nn.functional import conv2d


def turned_kernel(back, w, stride):
    return conv2d(back, w.flip(2, 3).swapaxes(0, 1), padding=2)


def with_zeros_between(back, w, stride):
    side = stride * (back.shape[-1] - 1) + 1
    spread = torch.zeros(*back.shape[:2], side, side)
    spread[:, :, ::stride, ::stride] = back
    return turned_kernel(spread, w, stride)


torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
w = torch.randn(4, 3, 3, 3)
for size, stride in (9, 1), (9, 2), (10, 2):
    x = torch.ones(1, 3, size, size, requires_grad=True)
    output = conv2d(x, w, stride=stride)
    back = torch.ones(output.shape)
    output.backward(back)
    print(f"{size} pixels, stride {stride}: gradient {tuple(x.grad.shape[2:])}")
    for attempt in turned_kernel, with_zeros_between:
        found = attempt(back, w, stride)
        equal = found.shape == x.grad.shape and torch.allclose(found, x.grad)
        verdict = "right" if equal else "WRONG"
        print(f"  {attempt.__name__:18} {tuple(found.shape[2:])} {verdict}")
