"""Dropout in training and after: what is left of 100,000 ones?"""
import numpy as np
from cnnnotes.layers import Dropout

ones = np.ones(100_000, np.float32)
for p in (0.5, 0.75):
    layer = Dropout(p, seed=0)
    training = layer.train()(ones)
    print(f"p = {p}")
    print("  values in training:", [int(value) for value in np.unique(training)])
    print("  the mean stays within 2 %:", bool(abs(training.mean() - 1) < 0.02))
    print("  after training nothing happens:", bool((layer.eval()(ones) == ones).all()))
