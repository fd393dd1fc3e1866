"""Depth, stride, dilation: three ways to see further, and what each one costs."""
from cnnnotes.shapes import trace

ways = {
    "one layer": "conv 8 3x3 pad 1",
    "one wide layer": "conv 8 15x15 pad 7",
    "depth": " | ".join(["conv 8 3x3 pad 1"] * 7),
    "stride": "conv 8 3x3 stride 2 pad 1 | " * 2 + "conv 8 3x3 pad 1",
    "dilation": " | ".join(f"conv 8 3x3 pad {d} dilation {d}" for d in (1, 2, 4)),
}
for name, network in ways.items():
    table = trace(network, (8, 64, 64))
    last = table.rows[-1]
    print(f"{name:14} sees {last.receptive_field:2}  map {last.output_shape[1]:2}²"
          f"  {table.parameters:6,} parameters  {table.macs:11,} MACs")
