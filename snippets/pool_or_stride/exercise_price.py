"""What does it cost to blur before a strided convolution drops pixels?"""
from cnnnotes.shapes import trace

ways = {
    "stride in the convolution": "conv 64 3x3 stride 2 pad 1",
    "convolution, then blur pooling": "conv 64 3x3 pad 1 | blurpool 3 stride 2 pad 1",
}
macs = {}
for name, network in ways.items():
    rows = trace(network, (64, 56, 56)).rows
    macs[name] = sum(row.macs for row in rows)
    print(f"{name}: {macs[name]:,} multiply-adds, output {rows[-1].output_shape}")
first, second = macs.values()
print("times as many:", second // first)
