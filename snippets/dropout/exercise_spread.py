"""Dropout keeps the mean. Does it keep the mean square?"""
import numpy as np
from cnnnotes import dropout

values = np.ones(400_000)
for p in (0, 0.5, 0.75, 0.9):
    dropped = dropout(values, p, rng=0)
    print(f"p = {p:<4}  mean {dropped.mean():.1f}, mean square {(dropped**2).mean():.0f}")
