"""Average pooling of an even grey: does padding count as pixels?"""
import numpy as np
from cnnnotes import avg_pool2d

grey = np.ones((1, 1, 6, 6))
for counts in (True, False):
    output = avg_pool2d(grey, 3, stride=2, padding=1, count_include_pad=counts)
    print(f"count_include_pad={counts}")
    for row in output[0, 0]:
        print("  ", *(f"{value:.2f}" for value in row))
