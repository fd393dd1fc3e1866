"""Who shares memory with whom? Change the array, and see who notices."""
import numpy as np
import torch
from cnnnotes.layers import Linear
from cnnnotes.torch_twin import to_torch

array = np.zeros(1)
shared, copied = torch.from_numpy(array), torch.tensor(array)
layer = Linear(1, 1, seed=0)
twin = to_torch(layer)

array[0] = 1
layer.weight.data[0, 0] = 1
print("torch.from_numpy:", shared.item())
print("torch.tensor:    ", copied.item())
print("to_torch:        ", "changed too" if twin.weight.item() == 1 else "a copy")
