"""PyTorch: unpooling puts the maxima back to where they were."""
import torch
from torch.nn.functional import interpolate, max_pool2d, max_unpool2d

image = torch.tensor([[[[0.0, 0, 0, 4], [7, 0, 0, 0], [0, 0, 0, 0], [0, 5, 9, 0]]]])
small, indices = max_pool2d(image, 2, return_indices=True)
print("maxima", small[0, 0].int().tolist(), " places", indices[0, 0].tolist())
with_places = max_unpool2d(small, indices, 2)
without = torch.zeros_like(image)
without[..., ::2, ::2] = small  # some corner must be chosen
spread = interpolate(small, scale_factor=2)
for name, back in {"places": with_places, "a corner": without, "spread": spread}.items():
    print(f"{name:8}", *back[0, 0].int().tolist(), " as it was:", torch.equal(back, image))
