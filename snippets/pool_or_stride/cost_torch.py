"""Two halvings of a 32×32 patch, in four ways: what do they cost, and how far do they see?"""
from cnnnotes.shapes import trace
from torch.nn import Conv2d, MaxPool2d, ReLU, Sequential


def conv(before, after, stride=1):
    return [Conv2d(before, after, 3, stride, padding=1), ReLU()]


pool = [MaxPool2d(2)]
ways = {
    "max pooling": conv(1, 8) + pool + conv(8, 16) + pool,
    "stride instead": conv(1, 8, 2) + conv(8, 16, 2),
    "strided layer added": conv(1, 8) + conv(8, 8, 2) + conv(8, 16) + conv(16, 16, 2),
    "layer added, max": conv(1, 8) + conv(8, 8) + pool + conv(8, 16) + conv(16, 16) + pool,
}
print(f"{'':20} parameters  multiply-adds  sees")
for name, layers in ways.items():
    rows = trace(Sequential(*layers), (1, 32, 32)).rows
    parameters, macs = sum(row.parameters for row in rows), sum(row.macs for row in rows)
    print(f"{name:20} {parameters:10,}  {macs:13,}  {rows[-1].receptive_field:2} pixels")
