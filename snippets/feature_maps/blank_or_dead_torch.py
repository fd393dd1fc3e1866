"""Two filters are blank on this image. Only one of them is dead."""
import torch
from cnnnotes.data import load_digits
from torch.nn.functional import conv2d

images = torch.from_numpy(load_digits(0).test_images)
weight = torch.ones(4, 1, 5, 5)
weight[0, 0, :2] = -1  # paper above, ink below
weight[3] = 2 * weight[0]
bias = torch.tensor([-4.0, -20, -25, -8])  # the second wants very much ink
maps = conv2d(images, weight, bias, padding=2).relu()

blank = maps.amax(dim=(2, 3)) <= 0
alike = torch.corrcoef(maps.transpose(0, 1).flatten(1)) > 0.95
pairs = torch.triu(alike, diagonal=1).nonzero().tolist()
print("blank on the first image:", blank[0].nonzero().flatten().numpy())
print("images with an answer:   ", (~blank).sum(dim=0).numpy())
print("dead:                    ", blank.all(dim=0).nonzero().flatten().numpy())
print("duplicates:              ", [tuple(pair) for pair in pairs])
