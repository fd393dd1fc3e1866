"""C2: how much pixels tell about their neighbours, and whether small patterns come again."""

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import load_digits, load_photos
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.intervals import better, worse
from cnnnotes.experiments.metrics import Measure, Share

QUESTION = "Do near pixels tell about each other, and do small patterns come again elsewhere?"
CLAIMS = ("C2",)
DATASET = "photos, digits"
ARMS = (
    "photos_true",
    "photos_spectrum",
    "photos_permuted",
    "digits_true",
    "digits_spectrum",
    "digits_permuted",
)
NAMES = {
    f"{images}_{order}": f"{images}, {told}"
    for images in ("photos", "digits")
    for order, told in {
        "true": "as they are",
        "spectrum": "same spectrum, random phases",
        "permuted": "pixels permuted",
    }.items()
}
METRICS = {
    "neighbour_correlation": Measure("correlation of neighbours", low=-1, high=1),
    "unexplained": Share("variance that the nearest patch leaves unexplained"),
    "correlation": Measure("correlation by distance", low=-1, high=1),
}
SEEDS = range(6)
RULE = """
Two numbers are measured on windows of photographs and on digits, once as they are and once with
their pixels permuted in one fixed order per seed: the correlation of horizontal and vertical
neighbours, and which share of a 5×5 patch's variance its nearest patch elsewhere in the same image,
overlapping it nowhere, leaves unexplained. Supported if, on both image sets, the true correlation
is above the permuted one and the true share below it, each with its whole 95 % interval. Partly if
this holds for the correlation on both sets, but not for all shares. Refuted if the true correlation
is below on both. Otherwise not supported.
A second control decides nothing but is reported: images with the same spectrum, hence the same
correlations, and random phases. What the true patches have on them is not due to smoothness.
"""
DECIDING = ("*_true_over_permuted_in_*",)

IMAGES = 60
WINDOW = 64
PATCH = 5
QUERIES = 40
DISTANCES = range(15)


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Measure both numbers on one set of images, as they are or changed."""
    dataset, _, change = arm.partition("_")
    rng = np.random.default_rng([seed, 2])
    images = windows(rng) if dataset == "photos" else load_digits(seed).test_images[:IMAGES, 0]
    if change == "permuted":
        images = permuted(images, rng)
    elif change == "spectrum":
        images = random_phases(images, rng)
    curve = [correlation(images, distance) for distance in DISTANCES]
    left_over = [unexplained(image, np.random.default_rng([seed, 3])) for image in images]
    return Outcome(
        {
            "neighbour_correlation": curve[1],
            "unexplained": float(np.mean(left_over)),
            "correlation": curve,
        }
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects = {}
    for dataset in ("photos", "digits"):
        true = f"{dataset}_true"
        for metric in ("neighbour_correlation", "unexplained"):
            effects[f"{true}_over_permuted_in_{metric}"] = runs.difference(
                true, f"{dataset}_permuted", metric
            )
        effects[f"{true}_over_spectrum_in_unexplained"] = runs.difference(
            true, f"{dataset}_spectrum", "unexplained"
        )
    correlations, shares = (
        [effects[f"{dataset}_true_over_permuted_in_{metric}"] for dataset in ("photos", "digits")]
        for metric in ("neighbour_correlation", "unexplained")
    )
    if all(map(better, correlations)):
        verdict = "supported" if all(map(worse, shares)) else "partly"
    else:
        verdict = "refuted" if all(map(worse, correlations)) else "not supported"
    return Decision(effects, verdict)


def windows(rng: np.random.Generator) -> Array:
    """Cut windows out of the photographs at random places, as many of each: (N, H, W)."""
    cut = []
    for photo in load_photos().values():
        picture = photo[0, 0]
        for _ in range(IMAGES // 3):
            row, column = (rng.integers(length - WINDOW + 1) for length in picture.shape)
            cut.append(picture[row : row + WINDOW, column : column + WINDOW])
    return np.stack(cut)


def permuted(images: Array, rng: np.random.Generator) -> Array:
    """Put the pixels of all images into another order, the same for all."""
    flat = images.reshape(len(images), -1)
    return flat[:, rng.permutation(flat.shape[1])].reshape(images.shape)


def random_phases(images: Array, rng: np.random.Generator) -> Array:
    """Keep how strong each wave of an image is, and put the waves at random places."""
    noise = np.fft.fft2(rng.normal(size=images.shape))
    return np.fft.ifft2(np.abs(np.fft.fft2(images)) * noise / np.abs(noise)).real


def correlation(images: Array, distance: int) -> float:
    """Return how pixels so far apart, across or down, vary together over all images.

    Each image's own mean is taken off before: bright and dark images are no structure.
    """
    values = images - images.mean(axis=(1, 2), keepdims=True)
    size = images.shape[1] - distance
    pairs = [
        (values[:, :size], values[:, distance:]),
        (values[:, :, :size], values[:, :, distance:]),
    ]
    products = sum(float((first * second).sum()) for first, second in pairs)
    squares = [sum(float((side**2).sum()) for side in sides) for sides in zip(*pairs, strict=True)]
    return products / float(np.sqrt(squares[0] * squares[1]))


def unexplained(image: Array, rng: np.random.Generator) -> float:
    """Return which share of a patch's variance its nearest patch leaves, mean over patches.

    Patches that vary less than the image's patches do on average are not asked: where nothing
    is drawn, all are alike.
    """
    found = patches(image)
    spread = (found**2).sum(axis=-1).ravel()
    asked = rng.permutation(np.flatnonzero(spread >= spread.mean()))[:QUERIES]
    nearest = distances(found, asked).min(axis=1)
    return float(np.mean(nearest / spread[asked]))


def patches(image: Array) -> Array:
    """Return all patches of an image (H, W), each less its own mean: (rows, columns, values)."""
    found = np.lib.stride_tricks.sliding_window_view(image, (PATCH, PATCH))
    found = found.reshape(*found.shape[:2], -1)
    return found - found.mean(axis=-1, keepdims=True)


def distances(found: Array, asked: Array) -> Array:
    """Return squared distances of the patches asked from all, (asked, all).

    Those that overlap the patch asked are at infinity.
    """
    across = found.shape[1]
    flat = found.reshape(-1, found.shape[-1])
    rows, columns = np.divmod(np.arange(len(flat)), across)
    near = (abs(rows[asked, None] - rows) < PATCH) & (abs(columns[asked, None] - columns) < PATCH)
    differences = flat[asked, None] - flat
    return np.where(near, np.inf, (differences**2).sum(axis=-1))
