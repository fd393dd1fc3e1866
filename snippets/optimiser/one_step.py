"""Momentum by hand: a velocity that forgets a tenth, and a step along it."""
import numpy as np
from cnnnotes.layers import Parameter
from cnnnotes.optim import SGD

curvature = np.array([1.0, 40.0])  # a valley: gentle one way, steep the other
w, velocity = np.array([10.0, 1.0]), np.zeros(2)
parameter = Parameter(w.copy())
optimizer = SGD([parameter], lr=0.02, momentum=0.9)

for step in range(1, 4):
    velocity = 0.9 * velocity + curvature * w
    w = w - 0.02 * velocity
    parameter.grad = curvature * parameter.data
    optimizer.step()
    print(f"step {step}: w = [{w[0]:.3f} {w[1]:6.3f}]", np.allclose(parameter.data, w))
