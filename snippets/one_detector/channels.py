"""A filter has weights of its own for every channel, and adds up: one map."""
import numpy as np
from cnnnotes import conv2d

image = np.zeros((1, 3, 3, 6), np.float32)
image[:, 0, :, :3] = 9  # left half red
image[:, 1, :, 3:] = 9  # right half green, equally bright

edge = np.array([[-1, 0, 1]] * 3, np.float32)
same_for_all = np.stack([edge, edge, edge])[None]
red_against_green = np.stack([edge, -edge, 0 * edge])[None]
filters = {"all alike": same_for_all, "red − green": red_against_green}
for name, weight in filters.items():
    answers = conv2d(image, weight)[0, 0, 0].astype(int)
    print(f"{name:12}", weight.shape, "→", answers)

one_by_one = [conv2d(image[:, [c]], red_against_green[:, [c]]) for c in range(3)]
print("sum of three", sum(one_by_one)[0, 0, 0].astype(int))
two_filters = np.concatenate([same_for_all, red_against_green])
print("two filters ", two_filters.shape, "→", conv2d(image, two_filters).shape)
