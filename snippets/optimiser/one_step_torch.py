"""The same three steps with PyTorch's optimiser."""
import torch

curvature = torch.tensor([1.0, 40.0])  # a valley: gentle one way, steep the other
w, velocity = torch.tensor([10.0, 1.0]), torch.zeros(2)
parameter = torch.nn.Parameter(w.clone())
optimizer = torch.optim.SGD([parameter], lr=0.02, momentum=0.9)

for step in range(1, 4):
    velocity = 0.9 * velocity + curvature * w
    w = w - 0.02 * velocity
    parameter.grad = curvature * parameter.detach()
    optimizer.step()
    print(f"step {step}: w = [{w[0]:.3f} {w[1]:6.3f}]", torch.allclose(parameter, w))
