"""The same counts from PyTorch, on the meta device: shapes without memory."""
from torch.nn import Conv2d, Linear

maps, window = 8, 3 * 3

def parameters(layer):
    return sum(parameter.numel() for parameter in layer.parameters())

for channels, side in (1, 28), (3, 32), (3, 224):
    outputs = maps * side * side
    full = Linear(channels * side * side, outputs, device="meta")
    place = Linear(channels * window, maps, device="meta")  # one a place
    shared = Conv2d(channels, maps, 3, padding=1, device="meta")
    macs = side * side * shared.weight.numel()
    rows = [("full", parameters(full), full.weight.numel()),
            ("local", side * side * parameters(place), macs),
            ("shared", parameters(shared), macs)]
    print(f"{side}×{side}×{channels}")
    for name, count, work in rows:
        print(f"  {name:6} {count:14,} parameters {work:14,} multiply-adds")
