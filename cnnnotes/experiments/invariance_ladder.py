"""P8: how much each level of a network changes when the image moves, against another image."""

from itertools import pairwise

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import better, effect, worse
from cnnnotes.experiments.metrics import Measure
from cnnnotes.experiments.toolkit import STAGED_SETS, distance
from cnnnotes.experiments.toolkit import fit_staged as fit_to
from cnnnotes.experiments.toolkit import staged as network
from cnnnotes.layers import Sequential

QUESTION = "Does each level of convolution and pooling change less when the image moves?"
CLAIMS = ("P8",)
DATASET = "digits, textures"
ARMS = ("digits_trained", "digits_untrained", "textures_trained", "textures_untrained")
NAMES = {
    "digits_trained": "digits, trained",
    "digits_untrained": "digits, untrained",
    "textures_trained": "textures, trained",
    "textures_untrained": "textures, untrained",
}
METRICS = {
    "relative_change": Measure("change, as a part of that to another image"),
    "at_decision": Measure("change under a move of 2 pixels, as a part of that to another image"),
    "unpooled_at_decision": Measure("the same without pooling"),
}
SEEDS = range(8)
RULE = """
The relative change of a level is the mean distance between its output for an image and for the
image moved, over the mean distance between its outputs for two different images: 0 is invariance, 1
as much as another image. Levels are the image itself and the outputs of three stages of
convolution, ReLU and pooling, in the networks of P6. It is decided at a move of 2 pixels. Supported
if on digits and on textures, in the trained networks, the relative change falls from each level to
the next, each time with its whole 95 % interval. Partly if on both it falls from the image to the
third stage, but not with each step. Refuted if on both it rises from the image to the third stage.
Otherwise not supported. Untrained networks, and the same convolutions without their pooling, decide
nothing.
"""
DECIDING = ("*_fall_to_level_*", "*_fall_in_all")

LEVELS = (0, 3, 6, 9)  # so many layers in front of each level
FARTHEST = 4
DECIDED_AT = 2
IMAGES = 200


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Measure the relative change of each level, for moves of 0 to 4 pixels."""
    name, _, state = arm.partition("_")
    split = STAGED_SETS[name](seed)
    model = network(name, seed)
    if state == "trained":
        fit_to(model, split, seed, report)
    images = split.test_images[:IMAGES]
    if name == "digits":  # so that nothing moves out of sight; textures are cut smaller instead
        images = np.pad(images, ((0, 0), (0, 0), (FARTHEST, FARTHEST), (FARTHEST, FARTHEST)))
    changes = relative_change(model, images, pooled=True)
    return Outcome(
        {
            "relative_change": changes,
            "at_decision": changes[:, DECIDED_AT],
            "unpooled_at_decision": relative_change(model, images, pooled=False)[:, DECIDED_AT],
        }
    )


def relative_change(model: Sequential, images: Array, *, pooled: bool) -> Array:
    """Return how far each level goes for moves of 0 to 4 pixels, in distances of two images."""
    still = outputs(model, window(images, 0, 0), pooled)
    apart = [distance(level, np.roll(level, 1, axis=0)) for level in still]
    changes = np.zeros((len(LEVELS), FARTHEST + 1))
    for move in range(1, FARTHEST + 1):
        for down, across in ((move, 0), (0, move)):
            moved = outputs(model, window(images, down, across), pooled)
            changes[:, move] += [
                distance(*pair) / far / 2 for *pair, far in zip(moved, still, apart, strict=True)
            ]
    return changes


def outputs(model: Sequential, images: Array, pooled: bool) -> list[Array]:
    """Return the images and what each stage makes of them, with its pooling or without."""
    found = [images]
    for start, end in pairwise(LEVELS):
        stage = model[start:end] if pooled else model[start : end - 1]
        found.append(stage.forward(found[-1]))
    return found


def window(images: Array, down: int, across: int) -> Array:
    """Cut out the middle, or what lies beside it by so many pixels."""
    height, width = images.shape[2:]
    rows = slice(FARTHEST + down, height - FARTHEST + down)
    return np.ascontiguousarray(images[:, :, rows, FARTHEST + across : width - FARTHEST + across])


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {}
    steps, wholes = [], []
    for name in STAGED_SETS:
        curve = runs.of(f"{name}_trained", "at_decision")
        for level in range(1, len(LEVELS)):
            key = f"{name}_fall_to_level_{level}"
            effects[key] = effect(curve[:, level - 1] - curve[:, level])
            steps.append(effects[key])
        effects[f"{name}_fall_in_all"] = effect(curve[:, 0] - curve[:, -1])
        wholes.append(effects[f"{name}_fall_in_all"])
    if all(map(better, steps)):
        verdict = "supported"
    elif all(map(better, wholes)):
        verdict = "partly"
    elif all(map(worse, wholes)):
        verdict = "refuted"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)
