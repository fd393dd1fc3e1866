"""Two poolings early or late: the same weights, but how much work?"""
from cnnnotes.layers import Conv2d, MaxPool2d, Sequential
from cnnnotes.shapes import trace

for order in "PPCCCC", "CPPCCC", "CPCPCC", "CCCCPP":
    layers, channels = [], 1
    for step in order:
        layers.append(MaxPool2d(2) if step == "P" else Conv2d(channels, 8, 3, padding=1))
        channels = channels if step == "P" else 8
    table = trace(Sequential(*layers), (1, 20, 20))
    print(f"{order}: {table.parameters:,} parameters, {table.macs:8,} MACs")
