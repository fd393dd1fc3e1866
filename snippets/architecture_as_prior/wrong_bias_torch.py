"""Left half or right half? A network that was built to forget the place cannot say."""
import torch
from torch import nn

torch.manual_seed(0)
left = torch.zeros(1, 1, 12, 24)
left[0, 0, 4:8, 4:8] = torch.rand(4, 4)
right = left.roll(12, dims=3)

wrong = right_kind = 0
for _ in range(100):
    forgets = nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8, 2)
    )
    keeps = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 10 * 22, 2))
    wrong += torch.allclose(forgets(left), forgets(right), atol=1e-6)
    right_kind += torch.allclose(keeps(left), keeps(right), atol=1e-6)
print(f"largest value of each map: {wrong} of 100 networks answer both alike")
print(f"the whole maps:            {right_kind} of 100")
