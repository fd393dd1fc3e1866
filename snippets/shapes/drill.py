"""The mental check on a whole network: write the sizes down, then compare."""
from cnnnotes.shapes import trace

network = """
conv 64 7x7 stride 2 pad 3 | maxpool 3 stride 2 pad 1
conv 64 3x3 pad 1 | conv 128 3x3 stride 2 pad 1 | conv 128 3x3 pad 2 dilation 2
conv 256 5x5 stride 2 pad 2 | conv 256 1x1 | maxpool 2
flatten | linear 10
"""
by_hand = [112, 56, 56, 28, 28, 14, 14, 7]
traced = trace(network, (3, 224, 224))
for row, side in zip(traced.rows[1:], by_hand, strict=False):
    assert row.output_shape[1:] == (side, side), row.name
    print(f"{row.layer:33} {side:3} × {side}")
print("into the linear layer:", *traced["flatten1"].output_shape)
