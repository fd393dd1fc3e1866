"""The same with PyTorch: nine products, one sum, at every place."""
import torch
from torch.nn.functional import conv2d

picture = torch.tensor([
    [1, 1, 1, 9, 9, 9],
    [1, 1, 1, 9, 9, 9],
    [1, 1, 1, 9, 9, 9],
    [1, 1, 1, 1, 1, 1],
], dtype=torch.float32)
detector = torch.tensor([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])

window = picture[0:3, 1:4]
print("by hand, row 0, column 1:", int((window * detector).sum()))

feature_map = conv2d(picture[None, None], detector[None, None])
print("shape:", tuple(feature_map.shape))
print(feature_map[0, 0].int().numpy())
