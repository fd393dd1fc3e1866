"""Two ways to write momentum: the same, until the learning rate changes."""
import numpy as np
from cnnnotes.layers import Parameter
from cnnnotes.optim import SGD

ours = Parameter(np.ones(1))
optimizer = SGD([ours], lr=0.1, momentum=0.9)
paper, velocity = 1.0, 0.0
for step in range(1, 7):
    lr = 0.1 if step < 4 else 0.01  # a tenth, from step 4 on
    optimizer.lr = lr
    ours.grad = ours.data.copy()
    before = ours.data[0], paper
    optimizer.step()
    velocity = 0.9 * velocity - lr * paper
    paper += velocity
    moved = abs(ours.data[0] - before[0]), abs(paper - before[1])
    print(f"step {step}, rate {lr:4}: moves by {moved[0]:.3f} and {moved[1]:.3f}")
