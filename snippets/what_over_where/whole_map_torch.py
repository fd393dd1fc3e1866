"""PyTorch: one move, and every window of a row must keep its maximum. How many orders do?"""
from fractions import Fraction
from itertools import permutations
from math import log10
import torch
from cnnnotes.experiments.shifts_forgiven import row_share
from torch.nn.functional import max_pool2d

for windows in (1, 2, 3):
    rows = torch.tensor(list(permutations(range(2 * windows + 1)))).double()[:, None, None]
    before = max_pool2d(rows[..., 1:], (1, 2))
    after = max_pool2d(rows[..., :-1], (1, 2))
    kept = int((before == after).flatten(1).all(1).sum())
    assert Fraction(kept, len(rows)) == row_share(windows)
    print(f"{windows} in a row: {kept} of {len(rows)}")
log = 14 * log10(float(row_share(14)))
print(f"14 rows of 14, as in a 28×28 map: one order in 10 to the {-log:.0f}")
