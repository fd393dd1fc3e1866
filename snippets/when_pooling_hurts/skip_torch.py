"""PyTorch: the coarse map knows what, the fine map knows where."""
import torch
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d

picture = torch.zeros(1, 1, 16, 16)
picture[..., 3:12, 5:7] = picture[..., 9:12, 5:13] = 1  # an L: the thing
picture[..., 2, 14] = picture[..., 13, 2] = 1  # specks: not the thing
thing = picture.clone()
thing[..., 2, 14] = thing[..., 13, 2] = 0

coarse = avg_pool2d(max_pool2d(picture, 2), 2) >= 0.5  # where much is going on
brought_back = interpolate(coarse.float(), scale_factor=4) > 0.5
with_skip = brought_back & (picture > 0.5)
answers = {"fine alone": picture > 0.5, "coarse alone": brought_back, "both": with_skip}
for name, told in answers.items():
    print(f"{name:12} wrong pixels: {int((told != (thing > 0.5)).sum()):2}")
