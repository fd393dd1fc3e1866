"""PyTorch: the way back through pooling."""
import torch
from torch.nn.functional import avg_pool2d, max_pool2d

pixels = torch.tensor([[1.0, 5, 2, 2], [3, 4, 2, 2], [0, 0, 9, 1], [0, 7, 8, 6]])
back = torch.tensor([[4.0, 8], [12, 16]])
for name, pool in {"max": max_pool2d, "average": avg_pool2d}.items():
    image = pixels[None, None].clone().requires_grad_()
    pool(image, 2).backward(back[None, None])
    print(name)
    for row in image.grad[0, 0].int():
        print("  ", *(f"{value:2}" for value in row.tolist()))
