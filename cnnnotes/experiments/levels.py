"""P6: what sixteen numbers tell at each depth: the class, or the direction of a single edge."""

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import better, effect, worse
from cnnnotes.experiments.metrics import Share, usual
from cnnnotes.experiments.toolkit import STAGED_SETS, readable
from cnnnotes.experiments.toolkit import fit_staged as fit_to
from cnnnotes.experiments.toolkit import staged as network
from cnnnotes.training import evaluate

QUESTION = "Do deeper layers say more about the class, and less about single edges?"
CLAIMS = ("P6",)
DATASET = "digits, textures"
ARMS = ("digits_trained", "digits_untrained", "textures_trained", "textures_untrained")
NAMES = {
    "digits_trained": "digits, trained",
    "digits_untrained": "digits, untrained",
    "textures_trained": "textures, trained",
    "textures_untrained": "textures, untrained",
}
METRICS = usual("test_accuracy") | {
    "class_accuracy": Share("held-out accuracy of the class read from a stage"),
    "direction_accuracy": Share("held-out accuracy of the direction read from a stage"),
}
SEEDS = range(8)
RULE = """
A network of three stages, each with 16 maps, is trained to name digits, another to name textures.
After each stage two linear classifiers read 16 numbers. One reads the class, from the mean of each
map. The other reads in which of four directions the brightness changes in one block of 4×4 pixels,
from the maps there. Metrics are their held-out accuracies; the effects are the differences between
the third stage and the first in the trained networks. A set agrees if on it the class is read
better and the direction worse, each with its whole 95 % interval. Supported if both sets agree,
partly if one does and on the other the class is not read worse. Refuted if on both sets the class
is read worse. Otherwise not supported. Untrained networks decide nothing. No arm is compared with
another, so one learning rate serves for all.
"""
DECIDING = ("*_third_over_first",)

STAGES = (2, 5, 8)  # so many layers in front of each reading
BLOCK = 4
PROBED = 2000


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train a network, or leave it as it is, and read two things after each stage."""
    name, _, state = arm.partition("_")
    split = STAGED_SETS[name](seed)
    model = network(name, seed)
    if state == "trained":
        fit_to(model, split, seed, report)
    rng = np.random.default_rng([seed, 3])
    parts = [
        (split.train_images[:PROBED], split.train_labels[:PROBED]),
        (split.test_images, split.test_labels),
    ]
    blocks = [strong_blocks(images, rng) for images, _ in parts]
    directions = [
        direction(images, block) for (images, _), block in zip(parts, blocks, strict=True)
    ]
    reads_class, reads_direction = [], []
    for halvings, stage in enumerate(STAGES):
        maps = [model[:stage].forward(images) for images, _ in parts]
        means = [of_part.mean(axis=(2, 3)) for of_part in maps]
        reads_class.append(readable(means, [labels for _, labels in parts]))
        side = BLOCK >> halvings
        there = [
            at_blocks(of_part, block, side) for of_part, block in zip(maps, blocks, strict=True)
        ]
        reads_direction.append(readable(there, directions))
    metrics = {
        "class_accuracy": reads_class,
        "direction_accuracy": reads_direction,
        "test_accuracy": evaluate(model, *parts[1]).accuracy,
    }
    if seed != SEEDS[0] or state != "trained":
        return Outcome(metrics)
    weights = {key: np.round(value, 4) for key, value in model[: STAGES[-1]].state_dict().items()}
    return Outcome(metrics, {"weights": weights})


def strong_blocks(images: Array, rng: np.random.Generator) -> Array:
    """Return one block an image, (N, 2): row and column, at random among the stronger half."""
    energy = in_blocks(sum(slope**2 for slope in np.gradient(images[:, 0], axis=(1, 2))))
    across = energy.shape[2]
    flat = energy.reshape(len(energy), -1)
    strong = (flat >= np.median(flat, axis=1, keepdims=True)) & (flat > 0)
    chosen = np.array([rng.choice(np.flatnonzero(row)) for row in strong])
    return np.stack([chosen // across, chosen % across], axis=1)


def direction(images: Array, blocks: Array) -> Array:
    """Return in which direction brightness changes in a block: 0 across, 1 and 3 slanted, 2 down.

    The angle of the structure tensor's first axis, in four sectors of 45°.
    """
    down, across = np.gradient(images[:, 0], axis=(1, 2))
    of_image = np.arange(len(images)), *blocks.T
    cosine = in_blocks(across**2 - down**2)[of_image]
    sine = in_blocks(2 * across * down)[of_image]
    angle = np.arctan2(sine, cosine) / 2
    sectors: Array = np.rint(angle / (np.pi / 4)).astype(int) % 4
    return sectors


def in_blocks(values: Array, side: int = BLOCK) -> Array:
    """Return the means of blocks of a side: (N, H, W) → (N, H / side, W / side)."""
    images, height, width = values.shape
    means: Array = values.reshape(images, height // side, side, width // side, side).mean((2, 4))
    return means


def at_blocks(maps: Array, blocks: Array, side: int) -> Array:
    """Return the mean of each map over a block of `side` × `side` places: (N, C)."""
    rows, columns = (side * blocks[:, axis] for axis in (0, 1))
    number = np.arange(len(maps))
    found: Array = np.mean(
        [maps[number, :, rows + i, columns + j] for i in range(side) for j in range(side)], axis=0
    )
    return found


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {}
    for name in STAGED_SETS:
        for what in ("class", "direction"):
            curve = runs.of(f"{name}_trained", f"{what}_accuracy")
            effects[f"{name}_{what}_third_over_first"] = effect(curve[:, -1] - curve[:, 0])
    agreeing = sum(
        better(effects[f"{name}_class_third_over_first"])
        and worse(effects[f"{name}_direction_third_over_first"])
        for name in STAGED_SETS
    )
    falling = sum(worse(effects[f"{name}_class_third_over_first"]) for name in STAGED_SETS)
    if agreeing == 2:
        verdict = "supported"
    elif agreeing == 1 and not falling:
        verdict = "partly"
    else:
        verdict = "refuted" if falling == 2 else "not supported"
    return Decision(effects, verdict)
