"""The instruments on filters whose kind is known beforehand."""
import numpy as np
from cnnnotes.inspection import blob_fit, filter_kinds, gabor_fit, orientation_selectivity

rows, columns = np.mgrid[-3:4, -3:4].astype(float)
bump = np.exp(-(rows**2 + columns**2) / 5)
known = {
    "gradient": columns * bump,
    "diagonal step": np.sign(rows + columns),
    "bar": bump * np.cos(1.5 * columns),
    "spot": bump - 0.1,
    "mean of 7×7": np.ones((7, 7)),
    "noise": np.random.default_rng(0).normal(size=(7, 7)),
}
filters = np.stack(list(known.values()))
kinds = filter_kinds(filters)
gabor, blob = gabor_fit(filters).score, blob_fit(filters).score
selectivity = orientation_selectivity(filters)
print("                 Gabor   blob  selectivity  kind")
for n, name in enumerate(known):
    numbers = f"{gabor[n]:7.1f}{blob[n]:7.1f}{selectivity[n]:13.1f}"
    print(f"{name:15}{numbers}  {kinds[n]}")
