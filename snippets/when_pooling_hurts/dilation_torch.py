"""PyTorch: see as far without halving: poolings against dilation."""
from cnnnotes.shapes import trace
from torch.nn import Conv2d, MaxPool2d, Sequential

pooled = Sequential(Conv2d(1, 8, 3, padding=1), MaxPool2d(2), Conv2d(8, 8, 3, padding=1),
                    MaxPool2d(2), Conv2d(8, 8, 3, padding=1))
dilated = Sequential(Conv2d(1, 8, 3, padding=1), Conv2d(8, 8, 3, padding=2, dilation=2),
                     Conv2d(8, 8, 3, padding=4, dilation=4))
plain = Sequential(*[Conv2d(1 if first else 8, 8, 3, padding=1) for first in (True, False, False)])
for name, model in {"plain": plain, "pooled": pooled, "dilated": dilated}.items():
    table = trace(model, (1, 32, 32))
    last = table.rows[-1]
    print(f"{name:8} sees {last.receptive_field:2} pixels, map {last.output_shape[1:]},",
          f"{table.parameters:,} parameters, {table.macs:,} MACs")
