"""PyTorch: which columns does each window read?"""
import torch
from torch.nn.functional import avg_pool2d, max_pool2d

columns = torch.arange(6.0).reshape(1, 1, 1, 6)


def show(name, output):
    print(f"{name:24}", *(f"{value:3.1f}" for value in output.flatten().tolist()))


show("max, 3, stride 2", max_pool2d(columns, (1, 3), (1, 2)))
show("  ceil_mode", max_pool2d(columns, (1, 3), (1, 2), ceil_mode=True))
show("  dilation 2", max_pool2d(columns, (1, 3), (1, 2), dilation=(1, 2)))
show("average, 3, stride 2", avg_pool2d(columns, (1, 3), (1, 2)))
show("  ceil_mode", avg_pool2d(columns, (1, 3), (1, 2), ceil_mode=True))
show("max, 2, stride 3", max_pool2d(columns, (1, 2), (1, 3)))
show("  ceil_mode", max_pool2d(columns, (1, 2), (1, 3), ceil_mode=True))
