"""Dropout in training and after: what is left of 100,000 ones?"""
import torch
from torch.nn import Dropout

torch.manual_seed(0)
ones = torch.ones(100_000)
for p in (0.5, 0.75):
    layer = Dropout(p)
    training = layer.train()(ones)
    print(f"p = {p}")
    print("  values in training:", [int(value) for value in training.unique()])
    print("  the mean stays within 2 %:", bool(abs(training.mean() - 1) < 0.02))
    print("  after training nothing happens:", bool((layer.eval()(ones) == ones).all()))
