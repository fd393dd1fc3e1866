"""3×3, 64 channels in and 128 out, on 56×56: what groups save."""
from cnnnotes.shapes import trace

for groups in (1, 2, 64):
    layer = f"conv 128 3x3 pad 1 groups {groups}"
    row = trace(layer, (64, 56, 56)).rows[-1]
    print(f"groups {groups:2}: {row.output_shape}  "
          f"{row.parameters:6,} parameters  {row.macs:11,} MACs")
