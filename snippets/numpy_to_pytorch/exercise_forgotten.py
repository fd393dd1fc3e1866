"""zero_grad is forgotten. Steps grow: by how much, on an even slope, in steps of plain SGD?"""
import torch

for forgotten in (False, True):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    lengths = []
    for _ in range(5):
        if not forgotten:
            optimizer.zero_grad()
        before = weight.item()
        weight.sum().backward()
        optimizer.step()
        lengths.append(round(before - weight.item()))
    print("forgotten:" if forgotten else "as it should be:", lengths)
