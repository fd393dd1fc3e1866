"""PyTorch: 64 filters of 7×7 on a colour image."""
import torch
from torch.nn import Conv2d

layer = Conv2d(3, 64, 7, stride=2, padding=3)
print("weights:     ", tuple(layer.weight.shape))
print("one filter:  ", layer.weight[0].numel(), "weights and 1 bias")
print("all filters: ", layer.weight.numel() + layer.bias.numel())
print("maps:        ", tuple(layer(torch.zeros(1, 3, 224, 224)).shape))
