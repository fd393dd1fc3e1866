"""The same in PyTorch; each weight is used once at each of 56×56 places."""
import torch
from torch.nn import Conv2d

for groups in (1, 2, 64):
    layer = Conv2d(64, 128, 3, padding=1, groups=groups)
    shape = tuple(layer(torch.zeros(1, 64, 56, 56)).shape[1:])
    parameters = sum(parameter.numel() for parameter in layer.parameters())
    macs = layer.weight.numel() * shape[1] * shape[2]
    print(f"groups {groups:2}: {shape}  "
          f"{parameters:6,} parameters  {macs:11,} MACs")
