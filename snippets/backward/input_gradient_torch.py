"""The input's gradient by hand, against autograd."""
import torch
from torch.nn.functional import conv2d, conv_transpose2d, pad


def input_gradient(back, weight, size, stride, padding):
    kernel, side = weight.shape[-1], stride * (back.shape[-1] - 1) + 1
    spread = torch.zeros(*back.shape[:2], side, side)
    spread[:, :, ::stride, ::stride] = back
    before = kernel - 1 - padding
    unread = (size + 2 * padding - kernel) % stride
    turned = weight.flip(2, 3).swapaxes(0, 1)
    return conv2d(pad(spread, (before, before + unread) * 2), turned), unread


torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
w = torch.randn(4, 3, 3, 3)
for size, stride, padding in (8, 1, 0), (9, 2, 0), (10, 2, 0), (11, 3, 1):
    x = torch.randn(5, 3, size, size, requires_grad=True)
    back = torch.randn(conv2d(x, w, None, stride, padding).shape)
    conv2d(x, w, None, stride, padding).backward(back)
    nudge = torch.zeros(x.shape)
    nudge[2, 1, 4, 4] = 1
    slope = (back * conv2d(nudge, w, None, stride, padding)).sum()
    found, unread = input_gradient(back, w, size, stride, padding)
    stamped = conv_transpose2d(back, w, None, stride, padding, output_padding=unread)
    print(f"{size:2} pixels, stride {stride}:", torch.allclose(found, x.grad),
          "transposed:", torch.allclose(found, stamped),
          "nudged:", torch.isclose(found[2, 1, 4, 4], slope).item())
