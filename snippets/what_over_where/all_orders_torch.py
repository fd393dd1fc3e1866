"""PyTorch: all orders of what a 2×2 window reads before and after a move."""
from itertools import permutations
import torch
from torch.nn.functional import max_pool2d

orders = torch.tensor(list(permutations(range(6)))).double()
maxima = max_pool2d(orders.reshape(-1, 1, 2, 3), 2, stride=1)[:, 0, 0]
stays = int((maxima[:, 0] == maxima[:, 1]).sum())
print(f"one pixel across:  {stays} of {len(orders)}, 1 in {len(orders) // stays}")

orders = torch.tensor(list(permutations(range(7)))).double()
images = torch.zeros(len(orders), 1, 3, 3).double()
images[:, 0, [0, 0, 1, 1, 1, 2, 2], [0, 1, 0, 1, 2, 1, 2]] = orders
maxima = max_pool2d(images, 2, stride=1)[:, 0]
stays = int((maxima[:, 0, 0] == maxima[:, 1, 1]).sum())
print(f"across and down:   {stays} of {len(orders)}, 1 in {len(orders) // stays}")
