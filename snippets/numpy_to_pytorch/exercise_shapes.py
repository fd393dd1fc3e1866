"""The shapes of the weights that map 3 channels to 8, forwards and transposed."""
from cnnnotes.layers import Conv2d, ConvTranspose2d, Linear

for layer in (Conv2d(3, 8, 5), ConvTranspose2d(3, 8, 5), Linear(3, 8)):
    print(f"{type(layer).__name__:15} {tuple(layer.weight.data.shape)}")
