"""Noise that nobody trained, blurred a little: how much of it looks like edges?"""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from cnnnotes.inspection import filter_kinds

rng = np.random.default_rng(0)
wide = rng.normal(size=(150, 11, 11))
print("blurred with   called an edge")
for taps in ([1], [1, 2, 1], [1, 4, 6, 4, 1]):
    kernel = np.outer(taps, taps) / sum(taps) ** 2
    windows = sliding_window_view(wide, kernel.shape, axis=(1, 2))
    blurred = np.einsum("nhwij,ij->nhw", windows, kernel)[:, :7, :7]
    edges = filter_kinds(blurred).count("edge")
    print(f"{' '.join(map(str, taps)):14} {edges / 150:.0%}")
