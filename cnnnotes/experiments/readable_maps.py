"""P15: how well one simple reading of the image predicts the maps of each layer."""

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import TEXTURES, load
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import better, effect, worse
from cnnnotes.experiments.metrics import Count, Share, usual
from cnnnotes.inspection import feature_maps, readability, simple_readings
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD
from cnnnotes.training import evaluate, fit

QUESTION = "Are early feature maps readable, and deeper ones less so?"
CLAIMS = ("P15",)
DATASET = "digits, textures"
ARMS = ("digits", "textures")
NAMES = {"digits": "digits", "textures": "textures"}
METRICS = usual("test_accuracy") | {
    "readability": Share("readability of the maps (r²)"),
    "readability_untrained": Share("readability before training (r²)"),
    "dead": Count("maps that never answer"),
    "selectivity": Share("orientation selectivity"),
}
SEEDS = range(6)
RULE = """
A map is as readable as the best of 144 simple readings of the image (edges and bars of eight
orientations, four wavelengths and four phases, spots, brightness; pooled as the map was) is
correlated with it over 64 held-out images: r², mean over a layer's live maps. Networks have four
convolutions. Supported if on digits and on textures readability falls from each layer to the next,
whole 95 % interval. Partly if on both the fourth layer is less readable than the first, but not
every step falls. Refuted if on both the fourth is more readable. Otherwise not supported.
Reported beside it, deciding nothing: the same before training, and the orientation selectivity of
each layer's maps to gratings.
"""
DECIDING = ("digits_[1-4]_over_[1-4]", "textures_[1-4]_over_[1-4]")

IMAGES = 1800
EPOCHS = 8
PROBES = 64
LEARNING_RATE = {"digits": 0.02, "textures": 0.01}
LAYERS = (1, 3, 6, 8)  # the ReLU after each convolution


def network(dataset: str, seed: int) -> Sequential:
    """Return a network of four convolutions, with a pooling after each two."""
    side, classes = (7, 10) if dataset == "digits" else (8, len(TEXTURES))
    return Sequential(
        Conv2d(1, 8, 5, padding=2, init="he"),
        ReLU(),
        Conv2d(8, 8, 3, padding=1, init="he"),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1, init="he"),
        ReLU(),
        Conv2d(16, 16, 3, padding=1, init="he"),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * side * side, classes),
        seed=seed,
    )


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train, and read the maps of each layer before and after."""
    images = load(arm, seed)
    model = network(arm, seed)
    probes = images.test_images[:PROBES]
    readings = simple_readings(probes)
    before = [readability(maps, readings) for maps in layers(model, probes)]
    fit(
        model,
        images.train_images[:IMAGES],
        images.train_labels[:IMAGES],
        epochs=EPOCHS,
        optimizer=SGD(model.parameters(), lr=LEARNING_RATE[arm], momentum=0.9, weight_decay=0.005),
        seed=seed,
        progress=False,
        callback=lambda history: report(history.epochs, EPOCHS),
    )
    after = [readability(maps, readings) for maps in layers(model, probes)]
    metrics = {
        "readability": [mean_of_live(each) for each in after],
        "readability_untrained": [mean_of_live(each) for each in before],
        "dead": [int(np.isnan(each).sum()) for each in after],
        "selectivity": selectivity(model, probes.shape[2]),
        "test_accuracy": evaluate(model, images.test_images, images.test_labels).accuracy,
    }
    if seed != SEEDS[0]:
        return Outcome(metrics)
    state = {
        name: np.round(values.astype(np.float64), 4)
        for name, values in model.state_dict().items()
        if not name.startswith("11")
    }
    by_map = [np.nan_to_num(each, nan=-1) for each in after]
    return Outcome(metrics, {"state": state, "by_map": by_map})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {}
    for arm in ARMS:
        by_layer = runs.of(arm, "readability")
        for layer in range(len(LAYERS) - 1):
            step = by_layer[:, layer] - by_layer[:, layer + 1]
            effects[f"{arm}_{layer + 1}_over_{layer + 2}"] = effect(step)
        effects[f"{arm}_1_over_4"] = effect(by_layer[:, 0] - by_layer[:, -1])
        untrained = runs.of(arm, "readability_untrained")
        effects[f"{arm}_untrained_1_over_4"] = effect(untrained[:, 0] - untrained[:, -1])
    whole = [effects[f"{arm}_1_over_4"] for arm in ARMS]
    steps = [
        effects[f"{arm}_{layer}_over_{layer + 1}"]
        for arm in ARMS
        for layer in range(1, len(LAYERS))
    ]
    if all(map(better, whole)):
        verdict = "supported" if all(map(better, steps)) else "partly"
    else:
        verdict = "refuted" if all(map(worse, whole)) else "not supported"
    return Decision(effects, verdict)


def layers(model: Sequential, images: Array) -> list[Array]:
    """Return the maps of each convolution after its ReLU."""
    maps = feature_maps(model[: LAYERS[-1] + 1], images)
    return [maps[str(number)] for number in LAYERS]


def mean_of_live(by_map: Array) -> float:
    """Return the mean over maps that are not constant; 0 if all are."""
    return float(np.nanmean(by_map)) if np.isfinite(by_map).any() else 0.0


def selectivity(model: Sequential, size: int) -> list[float]:
    """Return by layer how much maps prefer one orientation of gratings: 0 not at all, 1 no other.

    A map's answer is its mean over places and over four phases, at the frequency that drives it
    best.
    """
    angles = np.pi * np.arange(12) / 12
    rows, columns = np.mgrid[:size, :size]
    gratings = [
        0.5 + 0.5 * np.cos(2 * np.pi * frequency * along + phase)
        for frequency in (0.06, 0.12, 0.18, 0.25, 0.35)
        for along in (np.cos(angle) * columns + np.sin(angle) * rows for angle in angles)
        for phase in np.pi * np.arange(4) / 2
    ]
    found = []
    for maps in layers(model, np.stack(gratings)[:, None].astype(np.float32)):
        answers = maps.mean(axis=(2, 3)).reshape(5, len(angles), 4, -1).mean(axis=2)
        best = answers.max(axis=1).argmax(axis=0)
        tuning = answers[best, :, np.arange(answers.shape[2])]
        tuning = tuning[tuning.sum(axis=1) > 0]
        preferred = np.abs(tuning @ np.exp(2j * angles)) / tuning.sum(axis=1)
        found.append(float(preferred.mean()) if len(tuning) else 0.0)
    return found
