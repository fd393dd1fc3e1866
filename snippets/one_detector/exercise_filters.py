"""64 filters of 7×7 on a colour image: what has each filter, and what comes out?"""
import numpy as np
from cnnnotes.layers import Conv2d

layer = Conv2d(3, 64, 7, stride=2, padding=3)
print("weights:     ", layer.weight.data.shape)
print("one filter:  ", layer.weight.data[0].size, "weights and 1 bias")
print("all filters: ", layer.weight.data.size + layer.bias.data.size)
print("maps:        ", layer.forward(np.zeros((1, 3, 224, 224), np.float32)).shape)
