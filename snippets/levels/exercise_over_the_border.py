"""How many units of each stage see over the border of a 28×28 image?"""
from cnnnotes.shapes import trace

network = "conv 16 3x3 pad 1 | maxpool 2 | conv 16 3x3 pad 1 | maxpool 2 | conv 16 3x3 pad 1"
for row in trace(network, (1, 28, 28)).rows[1::2]:
    side = row.output_shape[1]
    starts = [unit * row.effective_stride - row.effective_padding for unit in range(side)]
    inside = sum(start >= 0 and start + row.receptive_field <= 28 for start in starts)
    print(f"field {row.receptive_field:2}: {side**2 - inside**2:3} of {side**2} units see padding")
