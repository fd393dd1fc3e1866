"""Where does it diverge? Halve the interval until the border is found."""
import numpy as np
from cnnnotes.layers import Parameter
from cnnnotes.optim import SGD


def diverges(lr, momentum, curvature):
    w = Parameter(np.ones(1))
    optimizer = SGD([w], lr, momentum)
    for _ in range(1000):
        w.grad = curvature * w.data
        optimizer.step()
        if abs(w.data[0]) > 1e6:
            return True
    return False


for momentum in 0.0, 0.5, 0.9:
    for curvature in 1.0, 40.0:
        low, high = 0.0, 10.0
        while high - low > 1e-4:
            middle = (low + high) / 2
            if diverges(middle, momentum, curvature):
                high = middle
            else:
                low = middle
        formula = 2 * (1 + momentum) / curvature
        found = abs(low / formula - 1) < 0.02
        print(f"momentum {momentum}, curvature {curvature:2.0f}:"
              f" diverges from {formula:.3f} on, found: {found}")
