"""Halve 10 pixels with a kernel of 3: what each framework makes of it."""
from textwrap import fill

from cnnnotes.shapes import conv_output_size, pool_output_size, same_padding

try:
    conv_output_size(10, 3, stride=2, padding="same", convention="torch")
except ValueError as error:
    print(fill(f"torch: {error}", 78))

for size in (9, 10):
    before, after = same_padding(size, 3, 2, convention="tensorflow")
    made = conv_output_size(size, 3, 2, "same", convention="tensorflow")
    print(f"tensorflow SAME, size {size}: {made} outputs, "
          f"pads {before} before, {after} after")

made = conv_output_size(10, 3, 2, padding=1)
print("torch, padding=1:", made, "outputs, pads 1 and 1")
print("caffe convolution:", conv_output_size(10, 3, 2, convention="caffe"))
print("caffe pooling:    ", pool_output_size(10, 3, 2, convention="caffe"))
