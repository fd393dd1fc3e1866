"""C15: what becomes of the filters of the first layer, held against equally smooth noise."""

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import TEXTURES, load
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import BATCH_SIZE
from cnnnotes.experiments.intervals import better, difference, worse
from cnnnotes.experiments.metrics import Share, usual
from cnnnotes.inspection import blob_fit, filter_kinds, gabor_fit, orientation_selectivity
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.optim import SGD, OneCycleLR
from cnnnotes.training import evaluate, fit

QUESTION = "Do the filters of the first layer become edge detectors?"
CLAIMS = ("C15",)
DATASET = "digits, textures"
ARMS = ("digits", "textures", "digits_faint", "textures_faint")
NAMES = {
    "digits": "digits",
    "textures": "textures",
    "digits_faint": "digits, faint start",
    "textures_faint": "textures, faint start",
}
_MEASURES = {
    "gabor": Share("explained by the best Gabor function"),
    "blob": Share("explained by the best round blob"),
    "selectivity": Share("orientation selectivity"),
    "edges": Share("edge detectors"),
    "blobs": Share("blobs"),
    "levels": Share("levels"),
    "others": Share("other filters"),
}
METRICS = usual("test_accuracy") | {
    f"{name}_{when}": metric.called(f"{metric.label}, {told}")
    for when, told in {"before": "before", "after": "after", "noise": "in noise"}.items()
    for name, metric in _MEASURES.items()
}
METRICS["start_left"] = Share("what is left of the beginning")
SEEDS = range(6)
RULE = """
Sixteen filters of 7×7 are measured before and after training: which share of their variance the
best Gabor function explains, how much they prefer one orientation, and of which kind they are. An
edge detector is explained to at least half, better than by a round blob, and has an orientation
selectivity of at least 0.25. The control is noise with the mean spectrum of the trained filters, as
smooth as they are. Supported if on digits and on textures, each with its whole 95 % interval, the
Gabor score and the selectivity are higher after training than before and than in the noise, and
more than half of the filters are edge detectors. Partly if on both sets the Gabor score is higher
than before and than in the noise. Refuted if on both sets it is lower than before. Otherwise not
supported.
The faint arms decide nothing but are reported: the first layer begins a tenth as strong, so that
nearly all that is seen in it after training was learned.
"""
DECIDING = (
    "digits_gabor_*",
    "digits_selectivity_*",
    "digits_edges_over_half",
    "textures_gabor_*",
    "textures_selectivity_*",
    "textures_edges_over_half",
)

FILTERS, KERNEL = 16, 7
IMAGES = 1800
EPOCHS = 12
LEARNING_RATE = {"digits": 0.05, "textures": 0.02}
NOISE_FILTERS = 64


def network(dataset: str, seed: int, strength: float = 1.0) -> Sequential:
    """Return a network whose first filters are large enough to look at."""
    side, classes = (7, 10) if dataset == "digits" else (8, len(TEXTURES))
    model = Sequential(
        Conv2d(1, FILTERS, KERNEL, padding=3),
        ReLU(),
        MaxPool2d(2),
        Conv2d(FILTERS, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(16 * side * side, classes),
        seed=seed,
    )
    model[0].weight.data *= strength
    return model


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train, and measure the filters before, after, and in noise as smooth as they are."""
    dataset, _, start = arm.partition("_")
    images = load(dataset, seed)
    model = network(dataset, seed, strength=0.1 if start == "faint" else 1.0)
    before = filters_of(model)
    rate = LEARNING_RATE[dataset]
    optimizer = SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=0.005)
    fit(
        model,
        images.train_images[:IMAGES],
        images.train_labels[:IMAGES],
        epochs=EPOCHS,
        optimizer=optimizer,
        schedule=OneCycleLR(optimizer, rate, total_steps=EPOCHS * -(-IMAGES // BATCH_SIZE)),
        batch_size=BATCH_SIZE,
        seed=seed,
        progress=False,
        callback=lambda history: report(history.epochs, EPOCHS),
    )
    after = filters_of(model)
    noise = as_smooth(after, NOISE_FILTERS, np.random.default_rng([seed, 5]))
    metrics: dict[str, object] = {
        f"{measure}_{when}": value
        for when, filters in {"before": before, "after": after, "noise": noise}.items()
        for measure, value in measures(filters).items()
    }
    metrics["start_left"] = float(
        (before * after).sum() ** 2 / (before**2).sum() / (after**2).sum()
    )
    metrics["test_accuracy"] = evaluate(model, images.test_images, images.test_labels).accuracy
    details = {"before": np.round(before, 4), "after": np.round(after, 4)}
    if seed == SEEDS[0]:
        details["noise"] = np.round(noise[:FILTERS], 4)
        details["biases"] = model[0].bias.data
    return Outcome(metrics, details if seed == SEEDS[0] else {})


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {
        f"{arm}_{measure}_over_{control}": difference(
            runs.of(arm, f"{measure}_after"), runs.of(arm, f"{measure}_{control}")
        )
        for arm in ARMS
        for measure in ("gabor", "selectivity", "edges")
        for control in ("before", "noise")
    }
    for arm in ARMS:
        effects[f"{arm}_edges_over_half"] = difference(runs.of(arm, "edges_after"), 0.5)
    sets = ("digits", "textures")

    def all_better(*names: str) -> bool:
        return all(better(effects[f"{dataset}_{name}"]) for dataset in sets for name in names)

    becomes = all_better("gabor_over_before", "gabor_over_noise")
    if becomes and all_better(
        "selectivity_over_before", "selectivity_over_noise", "edges_over_half"
    ):
        verdict = "supported"
    elif becomes:
        verdict = "partly"
    elif all(worse(effects[f"{dataset}_gabor_over_before"]) for dataset in sets):
        verdict = "refuted"
    else:
        verdict = "not supported"
    return Decision(effects, verdict)


def filters_of(model: Sequential) -> Array:
    """Return the first layer's filters, (N, H, W), in float64."""
    filters: Array = model[0].weight.data[:, 0].astype(np.float64)
    return filters


def measures(filters: Array) -> dict[str, float]:
    """Return mean scores of filters, and the share of each kind."""
    kinds = filter_kinds(filters)
    return {
        "gabor": float(gabor_fit(filters).score.mean()),
        "blob": float(blob_fit(filters).score.mean()),
        "selectivity": float(orientation_selectivity(filters).mean()),
        **{
            f"{kind}s": kinds.count(kind) / len(kinds)
            for kind in ("edge", "blob", "level", "other")
        },
    }


def as_smooth(filters: Array, count: int, rng: np.random.Generator) -> Array:
    """Return noise, (count, H, W), with the mean power spectrum of the filters."""
    power = np.square(np.abs(np.fft.fft2(filters))).mean(axis=0)
    white = np.fft.fft2(rng.normal(size=(count, *filters.shape[1:])))
    noise: Array = np.fft.ifft2(np.sqrt(power) * white).real
    return noise
