"""How rough is a filter? Squared steps between neighbours, over squared weights."""
import torch


def roughness(filters):
    down, across = torch.diff(filters, dim=-2), torch.diff(filters, dim=-1)
    return ((down**2).mean() + (across**2).mean()) / (filters**2).mean()


torch.manual_seed(0)
rows, columns = torch.meshgrid(torch.arange(-2.0, 3), torch.arange(-2.0, 3), indexing="ij")
shown = {
    "flat": torch.ones(5, 5),
    "edge": columns * torch.exp(-(rows**2 + columns**2) / 4),
    "noise, mean of 10,000": torch.randn(10_000, 5, 5),
    "chessboard": (-1.0) ** (rows + columns),
}
for name, filters in shown.items():
    print(f"{name:21} {roughness(filters):.1f}")
