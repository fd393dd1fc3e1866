"""PyTorch: a filter has weights for every channel of its own, and adds up."""
import torch
from torch.nn.functional import conv2d

image = torch.zeros(1, 3, 3, 6)
image[:, 0, :, :3] = 9  # left half red
image[:, 1, :, 3:] = 9  # right half green, equally bright

edge = torch.tensor([[-1.0, 0, 1]] * 3)
same_for_all = torch.stack([edge, edge, edge])[None]
red_against_green = torch.stack([edge, -edge, 0 * edge])[None]
filters = {"all alike": same_for_all, "red − green": red_against_green}
for name, weight in filters.items():
    answers = conv2d(image, weight)[0, 0, 0].int().numpy()
    print(f"{name:12}", tuple(weight.shape), "→", answers)

one_by_one = [conv2d(image[:, [c]], red_against_green[:, [c]]) for c in range(3)]
print("sum of three", sum(one_by_one)[0, 0, 0].int().numpy())
two_filters = torch.cat([same_for_all, red_against_green])
answers = conv2d(image, two_filters)
print("two filters ", tuple(two_filters.shape), "→", tuple(answers.shape))
