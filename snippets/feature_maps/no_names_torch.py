"""Filters have no names: in another order they make the same network."""
import torch
from torch.nn import Conv2d, ReLU, Sequential

torch.manual_seed(0)
images = torch.rand(2, 1, 8, 8)
model = Sequential(Conv2d(1, 4, 3), ReLU(), Conv2d(4, 2, 3)).requires_grad_(False)
twin = Sequential(Conv2d(1, 4, 3), ReLU(), Conv2d(4, 2, 3)).requires_grad_(False)
order = [2, 0, 3, 1]
twin[0].weight[:] = model[0].weight[order]
twin[0].bias[:] = model[0].bias[order]
twin[2].weight[:] = model[2].weight[:, order]
twin[2].bias[:] = model[2].bias

ours, theirs = model[:2](images), twin[:2](images)
print("same answers:             ", torch.allclose(model(images), twin(images), atol=1e-6))
print("same map 0:               ", torch.allclose(ours[:, 0], theirs[:, 0]))
print("our map 2 is their map 0: ", torch.allclose(ours[:, 2], theirs[:, 0]))
