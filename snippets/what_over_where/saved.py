"""What the second convolution costs, with a pooling before it and without."""
from cnnnotes.layers import Conv2d, MaxPool2d, ReLU, Sequential
from cnnnotes.shapes import trace

first, second = Conv2d(1, 8, 3, padding=1), Conv2d(8, 16, 3, padding=1)
after = {
    "without": trace(Sequential(first, ReLU(), second), (1, 28, 28)).rows[-1],
    "pooled": trace(Sequential(first, ReLU(), MaxPool2d(2), second), (1, 28, 28)).rows[-1],
}
for name, row in after.items():
    cost = f"{row.macs:8,} MACs, {row.activations:7,} outputs"
    print(f"{name:8} {cost}, {row.parameters:,} parameters")
print("saved: a factor of", after["without"].macs // after["pooled"].macs)
