"""On an even slope: how long do the steps grow, and how large do they become?"""
import torch

for momentum in 0.0, 0.5, 0.9, 0.99:
    w, before, moved = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64)), 0.0, []
    optimizer = torch.optim.SGD([w], lr=1.0, momentum=momentum)
    w.grad = torch.ones_like(w)
    for _ in range(2000):
        optimizer.step()
        moved.append(before - w.item())
        before = w.item()
    grown = next(i for i, step in enumerate(moved, 1) if step > 0.9 * moved[-1])
    print(f"momentum {momentum:4}: {moved[-1]:5.1f} times the step, 9/10 of it at step {grown}")
