"""Two halvings of a 32×32 patch, in four ways: what do they cost, and how far do they see?"""
from cnnnotes.shapes import trace

ways = {
    "max pooling": "conv 8 3x3 pad 1 | relu | maxpool 2 | conv 16 3x3 pad 1 | relu | maxpool 2",
    "stride instead": "conv 8 3x3 stride 2 pad 1 | relu | conv 16 3x3 stride 2 pad 1 | relu",
    "strided layer added": "conv 8 3x3 pad 1 | relu | conv 8 3x3 stride 2 pad 1 | relu"
    " | conv 16 3x3 pad 1 | relu | conv 16 3x3 stride 2 pad 1 | relu",
    "layer added, max": "conv 8 3x3 pad 1 | relu | conv 8 3x3 pad 1 | relu | maxpool 2"
    " | conv 16 3x3 pad 1 | relu | conv 16 3x3 pad 1 | relu | maxpool 2",
}
print(f"{'':20} parameters  multiply-adds  sees")
for name, network in ways.items():
    rows = trace(network, (1, 32, 32)).rows
    parameters, macs = sum(row.parameters for row in rows), sum(row.macs for row in rows)
    print(f"{name:20} {parameters:10,}  {macs:13,}  {rows[-1].receptive_field:2} pixels")
