"""A row of eight values, halved in four ways."""
import torch
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, pad

row = torch.tensor([0.0, 8, 0, 0, 4, 4, 4, 0]).reshape(1, 1, 1, 8)
binomial = torch.tensor([[[[1.0, 2, 1]]]]) / 4  # PyTorch has no blur pooling; this is one
halved = {
    "as it is": row,
    "maximum": max_pool2d(row, (1, 2)),
    "average": avg_pool2d(row, (1, 2)),
    "blur": conv2d(pad(row, (1, 1, 0, 0), mode="reflect"), binomial, stride=(1, 2)),
    "stride": row[..., ::2],
}
for name, values in halved.items():
    print(f"{name:9}", *(f"{value:4.0f}" for value in values.ravel()))
