"""How one detector answers stripes of every direction."""
import numpy as np
from cnnnotes import conv2d

columns = np.arange(-2.0, 3) + np.zeros((5, 1))
rows = columns.T
gradient = columns * np.exp(-(rows**2 + columns**2) / 4)  # dark left, bright right

side = np.arange(40.0)
print("direction  strongest answer")
for degrees in range(0, 180, 30):
    angle = np.deg2rad(degrees)
    along = np.cos(angle) * side + np.sin(angle) * side[:, None]
    stripes = np.sin(2 * np.pi * 0.15 * along)[None, None]
    strongest = conv2d(stripes, gradient[None, None]).max()
    print(f"{degrees:8}°  {strongest:.1f}", "▪" * round(3 * strongest))
