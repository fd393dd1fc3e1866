"""Two networks that never learned anything: do their feature maps agree?"""
import numpy as np
from cnnnotes.data import load_digits
from cnnnotes.experiments.learning_or_noise import similarity
from cnnnotes.layers import Conv2d, MaxPool2d, ReLU, Sequential


def network(seed):
    return Sequential(Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(2),
                      Conv2d(8, 16, 3, padding=1), ReLU(), seed=seed)


digits = load_digits(seed=0).test_images[:100]
noise = np.random.default_rng(0).random(digits.shape, np.float32)
for name, images in {"digits": digits, "white noise": noise}.items():
    agreement = similarity(network(1).forward(images), network(2).forward(images))
    print(f"on {name}, agreement above one half: {agreement > 0.5}")
others = network(2).forward(digits[::-1].copy())
print("on other digits each:", similarity(network(1).forward(digits), others) > 0.5)
