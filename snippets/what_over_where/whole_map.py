"""One move, and every window of a row must keep its maximum: for how many orders of pixels?"""
from fractions import Fraction
from itertools import permutations
import numpy as np
from cnnnotes import max_pool2d
from cnnnotes.experiments.shifts_forgiven import row_share

for windows in (1, 2, 3):
    rows = np.array(list(permutations(range(2 * windows + 1))), np.float64)[:, None, None]
    before = max_pool2d(rows[..., 1:], (1, 2))
    after = max_pool2d(rows[..., :-1], (1, 2))
    kept = int((before == after).all(axis=(1, 2, 3)).sum())
    assert Fraction(kept, len(rows)) == row_share(windows)
    print(f"{windows} in a row: {kept} of {len(rows)}")
log = 14 * np.log10(float(row_share(14)))
print(f"14 rows of 14, as in a 28×28 map: one order in 10 to the {-log:.0f}")
