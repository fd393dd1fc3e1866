"""Padding is per side: padding=1 adds two pixels to a row, not one."""
from cnnnotes.shapes import conv_output_size

for kernel in (2, 3, 4, 5):
    per_side = conv_output_size(28, kernel, padding=kernel // 2)
    in_total = conv_output_size(28, kernel, padding=(0, kernel - 1))
    print(f"kernel {kernel}: padding={kernel // 2} gives {per_side}; "
          f"{kernel - 1} in total gives {in_total}")
