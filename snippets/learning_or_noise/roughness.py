"""How rough is a filter? Squared steps between neighbours, over squared weights."""
import numpy as np


def roughness(filters):
    down, across = np.diff(filters, axis=-2), np.diff(filters, axis=-1)
    return ((down**2).mean() + (across**2).mean()) / (filters**2).mean()


rows, columns = np.mgrid[-2:3, -2:3]
shown = {
    "flat": np.ones((5, 5)),
    "edge": columns * np.exp(-(rows**2 + columns**2) / 4),
    "noise, mean of 10,000": np.random.default_rng(0).normal(size=(10_000, 5, 5)),
    "chessboard": (-1.0) ** (rows + columns),
}
for name, filters in shown.items():
    print(f"{name:21} {roughness(filters):.1f}")
