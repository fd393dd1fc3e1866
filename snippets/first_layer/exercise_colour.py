"""How much of a filter for colour images is about colour?"""
import numpy as np

def colour_share(weight):
    grey = weight.mean(axis=0, keepdims=True)  # the same for red, green and blue
    return ((weight - grey) ** 2).sum() / (weight**2).sum()

edge = np.sign(np.arange(7.0) - 3) + np.zeros((7, 1))
random = np.random.default_rng(0).normal(size=(2000, 3, 7, 7))
red_green = colour_share(np.stack([edge, -edge, 0 * edge]))
print(f"an edge, alike in all channels: {colour_share(np.stack([edge] * 3)):.2f}")
print(f"red against green:              {red_green:.2f}")
print(f"random, on average:             {np.mean([colour_share(w) for w in random]):.2f}")
