"""Two numbers a layer: how far a unit sees, and how far off its neighbour is."""
from cnnnotes.shapes import trace

layers = [("conv 3x3", 3, 1), ("maxpool 2", 2, 2), ("conv 3x3", 3, 1)]
field, jump = 1, 1
for name, kernel, stride in layers:
    field += (kernel - 1) * jump
    jump *= stride
    print(f"{name:9} sees {field} pixels, neighbours are {jump} apart")

table = trace("conv 4 3x3 | maxpool 2 | conv 4 3x3", (1, 28, 28))
last = table.rows[-1]
assert (last.receptive_field, last.effective_stride) == (field, jump)
