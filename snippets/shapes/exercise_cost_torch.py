"""A 3×3 convolution from 64 to 128 channels with bias, on 56×56 outputs."""
from torch.nn import Conv2d

from cnnnotes.shapes import trace

by_hand = 3 * 3 * 64 * 128 + 128
layer = Conv2d(64, 128, 3, padding=1)
assert by_hand == sum(parameter.numel() for parameter in layer.parameters())
macs = 3 * 3 * 64 * 128 * 56 * 56
assert macs == trace(layer, (64, 56, 56)).macs
print(f"parameters: {by_hand:,}")
print(f"MACs:       {macs:,}")
flops = 2 * macs + 128 * 56 * 56
print(f"as FLOPs, a product and a sum each, bias counted: {flops:,}")
