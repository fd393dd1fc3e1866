"""The gradient of a shared weight is the sum over all places that use it."""
import numpy as np
from cnnnotes.layers import Conv2d, LocallyConnected2d

rng = np.random.default_rng(0)
images = rng.normal(size=(1, 1, 28, 28))
grad_output = rng.normal(size=(1, 4, 26, 26))
shared = Conv2d(1, 4, 3, dtype="float64", seed=0)
local = LocallyConnected2d(1, 4, 3, (28, 28), dtype="float64", seed=0)

for layer in shared, local:
    layer.forward(images)
    layer.backward(grad_output)
one_place = local.weight.grad
summed = one_place.sum(axis=(0, 1))
print("local gradient ", one_place.shape)
print("shared gradient", shared.weight.grad.shape)
print("sum over places is the shared one:", np.allclose(summed, shared.weight.grad))
print("places that teach one filter, for one image:", 26 * 26)
