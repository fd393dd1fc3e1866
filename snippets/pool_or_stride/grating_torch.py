"""A fine grating, halved: how much is left, and how long does a wave seem to be?"""
import torch
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, pad

wave = torch.cos(2 * torch.pi * 4 / 9 * torch.arange(144.0).double())  # four waves in nine pixels
row = wave.reshape(1, 1, 1, 144)
binomial = torch.tensor([[[[1.0, 2, 1]]]]).double() / 4
halved = {
    "stride": row[..., ::2],
    "maximum": max_pool2d(row, (1, 2)),
    "average": avg_pool2d(row, (1, 2)),
    "blur": conv2d(pad(row, (1, 1, 0, 0), mode="reflect"), binomial, stride=(1, 2)),
}
print(f"one wave is {9 / 4} pixels long")
for name, values in halved.items():
    strengths = torch.fft.rfft(values.ravel()).abs()[1:]
    waves = 1 + strengths.argmax().item()
    print(f"{name:8} a wave seems {144 // waves} pixels long,"
          f" strength {strengths.max() / 36:.2f} of what it was")
