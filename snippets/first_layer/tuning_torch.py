"""How one detector answers stripes of every direction."""
import torch
from torch.nn.functional import conv2d

columns = torch.arange(-2.0, 3).double() + torch.zeros(5, 1)
rows = columns.T
gradient = columns * torch.exp(-(rows**2 + columns**2) / 4)  # dark left, bright right

side = torch.arange(40.0).double()
print("direction  strongest answer")
for degrees in range(0, 180, 30):
    angle = torch.deg2rad(torch.tensor(float(degrees), dtype=torch.double))
    along = torch.cos(angle) * side + torch.sin(angle) * side[:, None]
    stripes = torch.sin(2 * torch.pi * 0.15 * along)[None, None]
    strongest = conv2d(stripes, gradient[None, None]).max().item()
    print(f"{degrees:8}°  {strongest:.1f}", "▪" * round(3 * strongest))
