"""Train a reference network anew: python -m cnnnotes.reference.train NAME [FOLDER].

Those for digits take a minute or two on one core. "cifar10" needs the folder of CIFAR-10's binary
files, and half an hour on two cores. Weights and card are written beside this file.
"""

import json
import os
import sys
import time
from typing import Any

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import Split, load_digits
from cnnnotes.files import load_arrays, whole_file
from cnnnotes.inspection import planted_cue
from cnnnotes.official import read_cifar10
from cnnnotes.reference import HOME, NETWORKS, reference
from cnnnotes.training import Augment, evaluate

SEED = 0
FARTHEST = 4  # pixels that a training image is moved by at most
SETTINGS: dict[str, dict[str, Any]] = {
    "cifar10": {"epochs": 16, "batch_size": 128, "max_lr": 0.25, "weight_decay": 0.0005},
    "digits": {"epochs": 15, "batch_size": 64, "max_lr": 0.1, "weight_decay": 0.0005},
    "digits_pooled": {"epochs": 24, "batch_size": 64, "max_lr": 0.15, "weight_decay": 0.0005},
    "digits_cued": {"epochs": 10, "batch_size": 64, "max_lr": 0.1, "weight_decay": 0.0},
}


def trained(name: str, split: Split) -> dict[str, Any]:
    """Train one of the networks, write weights and card, and return the card."""
    from cnnnotes.torch_twin import fit, to_torch, torch

    torch.manual_seed(SEED)
    torch.set_num_threads(os.cpu_count() or 1)
    settings = SETTINGS[name]
    epochs, batch_size = settings["epochs"], settings["batch_size"]
    model = NETWORKS[name](seed=SEED)
    twin = to_torch(model)
    optimizer = torch.optim.SGD(
        twin.parameters(),
        lr=settings["max_lr"],
        momentum=0.9,
        nesterov=True,
        weight_decay=settings["weight_decay"],
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        settings["max_lr"],
        total_steps=epochs * -(-len(split.train_images) // batch_size),
        cycle_momentum=False,
    )
    start = time.perf_counter()
    history = fit(
        twin,
        split.train_images,
        split.train_labels,
        epochs=epochs,
        optimizer=optimizer,
        batch_size=batch_size,
        seed=SEED,
        schedule=schedule,
        augment=AUGMENTED.get(name),
    )
    seconds = time.perf_counter() - start
    model.load_state_dict({key: value.numpy() for key, value in twin.state_dict().items()})
    weights = HOME / f"{name}.npz"
    model.save(weights)
    whole = load_arrays(weights)
    floats = {k: v.astype(np.float16) for k, v in whole.items() if v.dtype == np.float32}
    with whole_file(weights) as file:
        np.savez_compressed(file, allow_pickle=False, **(whole | floats))
    found = evaluate(reference(name), split.test_images, split.test_labels)
    written = settings | {
        "seed": SEED,
        "parameters": sum(parameter.data.size for parameter in model.parameters()),
        "train_accuracy": round(history.train_accuracy[-1], 5),
        "test_accuracy": round(found.accuracy, 5),
        "test_images": len(split.test_images),
        "seconds": round(seconds),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
    with whole_file(HOME / f"{name}.json") as file:
        file.write((json.dumps(written, indent=1) + "\n").encode())
    return written


def moved(images: Array, rng: np.random.Generator) -> Array:
    """Move each image by up to four pixels, over ground of zeros."""
    height, width = images.shape[2:]
    sides = (0, 0), (0, 0), (FARTHEST, FARTHEST), (FARTHEST, FARTHEST)
    padded = np.pad(images, sides)
    views = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(2, 3))
    down, across = rng.integers(0, 2 * FARTHEST + 1, size=(2, len(images)))
    return np.ascontiguousarray(views[np.arange(len(images)), :, down, across])


def mirrored_and_moved(images: Array, rng: np.random.Generator) -> Array:
    """Mirror every other image, left for right, at random, and move all."""
    mirrored = np.where(rng.random((len(images), 1, 1, 1)) < 0.5, images[..., ::-1], images)
    return moved(mirrored, rng)


AUGMENTED: dict[str, Augment] = {"cifar10": mirrored_and_moved, "digits_pooled": moved}


def main(name: str, folder: str = "") -> None:
    """Train the network of this name."""
    split = read_cifar10(folder) if name == "cifar10" else load_digits(SEED)
    if name == "digits_cued":
        train = planted_cue(split.train_images, split.train_labels, seed=0)
        test = planted_cue(split.test_images, split.test_labels, seed=1)
        split = Split(train.images, train.labels, test.images, test.labels)
    print(json.dumps(trained(name, split), indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
