"""On an even slope: how long do the steps grow, and how large do they become?"""
import numpy as np
from cnnnotes.layers import Parameter
from cnnnotes.optim import SGD

for momentum in 0.0, 0.5, 0.9, 0.99:
    w, before, moved = Parameter(np.zeros(1)), 0.0, []
    optimizer = SGD([w], lr=1.0, momentum=momentum)
    w.grad = np.ones(1)
    for _ in range(2000):
        optimizer.step()
        moved.append(before - w.data[0])
        before = w.data[0]
    grown = next(i for i, step in enumerate(moved, 1) if step > 0.9 * moved[-1])
    print(f"momentum {momentum:4}: {moved[-1]:5.1f} times the step, 9/10 of it at step {grown}")
