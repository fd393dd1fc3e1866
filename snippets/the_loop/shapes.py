"""Two variants that halve the map in different ways: are the shapes what you expected?"""
from cnnnotes.shapes import parse, trace

VARIANTS = {
    "max pooling": "conv 8 3x3 pad 1 | relu | maxpool 2 | conv 16 3x3 pad 1 | relu | maxpool 2",
    "stride": "conv 8 3x3 stride 2 pad 1 | relu | conv 16 3x3 stride 2 pad 1 | relu",
}
for name, body in VARIANTS.items():
    traced = trace(parse(f"{body} | flatten | linear 10"), (1, 28, 28))
    last = traced.rows[-3]
    print(f"{name:11}  {last.output_shape} before the head, a unit sees {last.receptive_field} "
          f"pixels, {traced.parameters:,} parameters, {traced.macs:,} MACs")
