"""What came back, zeros between it, under the turned kernel."""
import numpy as np
from cnnnotes import conv2d, conv2d_backward, conv_transpose2d


def input_gradient(back, weight, size, stride, padding):
    kernel, side = weight.shape[-1], stride * (back.shape[-1] - 1) + 1
    spread = np.zeros((*back.shape[:2], side, side))
    spread[:, :, ::stride, ::stride] = back
    before = kernel - 1 - padding
    unread = (size + 2 * padding - kernel) % stride
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    return conv2d(spread, turned, padding=((before, before + unread),) * 2), unread


rng = np.random.default_rng(0)
w = rng.normal(size=(4, 3, 3, 3))
for size, stride, padding in (8, 1, 0), (9, 2, 0), (10, 2, 0), (11, 3, 1):
    x = rng.normal(size=(5, 3, size, size))
    back = rng.normal(size=conv2d(x, w, None, stride, padding).shape)
    found, unread = input_gradient(back, w, size, stride, padding)
    nudge = np.zeros_like(x)
    nudge[2, 1, 4, 4] = 1
    slope = (back * conv2d(nudge, w, None, stride, padding)).sum()
    expected = conv2d_backward(back, x, w, None, stride, padding)[0]
    stamped = conv_transpose2d(back, w, None, stride, padding, output_padding=unread)
    print(f"{size:2} pixels, stride {stride}:", np.allclose(found, expected),
          "transposed:", np.allclose(found, stamped),
          "nudged:", np.isclose(found[2, 1, 4, 4], slope))
