"""Two networks that never learned anything: do their feature maps agree?"""
import numpy as np
import torch
from cnnnotes.data import load_digits
from cnnnotes.experiments.learning_or_noise import similarity
from torch.nn import Conv2d, MaxPool2d, ReLU, Sequential


def maps(seed, images):
    torch.manual_seed(seed)
    network = Sequential(Conv2d(1, 8, 5, padding=2), ReLU(), MaxPool2d(2),
                         Conv2d(8, 16, 3, padding=1), ReLU())
    return network(torch.from_numpy(images)).detach().numpy()


digits = load_digits(seed=0).test_images[:100]
noise = np.random.default_rng(0).random(digits.shape, np.float32)
for name, images in {"digits": digits, "white noise": noise}.items():
    agreement = similarity(maps(1, images), maps(2, images))
    print(f"on {name}, agreement above one half: {agreement > 0.5}")
others = maps(2, digits[::-1].copy())
print("on other digits each:", similarity(maps(1, digits), others) > 0.5)
