"""C4: what one layer costs, if everything is connected, only neighbours are, or weights are shared.

The layer makes 8 maps as large as the image, each pixel of them from a 3×3 window or from all.
"""

from math import log, prod
from typing import Any, NamedTuple

from cnnnotes.experiments.experiment import Decision, Details, Outcome, Report, Runs
from cnnnotes.experiments.fair import parameters
from cnnnotes.experiments.intervals import exact
from cnnnotes.experiments.metrics import Count, Measure
from cnnnotes.layers import Conv2d, Layer, Linear, LocallyConnected2d
from cnnnotes.shapes import Conv, trace
from cnnnotes.shapes import Linear as LinearDescription

QUESTION = "From which image size on does connecting everything to everything cost too much?"
CLAIMS = ("C4",)
DATASET = "none"
ARMS = ("fully_connected", "locally_connected", "convolution", "few_units")
NAMES = {
    "fully_connected": "fully connected",
    "few_units": "fully connected, 128 units",
    "locally_connected": "locally connected",
    "convolution": "convolution",
}
METRICS = {
    "mismatches": Count("counts that disagree"),
    "exponent": Measure("exponent of growth with the side"),
    "bytes_to_train_large": Count("memory to train at 224×224×3, in bytes"),
}
SEEDS = (0,)
RULE = """
One layer from an image to 8 maps of its size, with biases; windows are 3×3, padding 1. Four things
are asked. First, the counts agree with layers that are built, for 28×28×1 and 32×32×3, and with the
shape tracer for 224×224×3. Second, the weights grow with the image's side as side to the power of 4
if all is connected, 2 if only neighbours are, and 0 if the weights are shared as well (exponents
from sides 32 to 256, each within 0.01). Third, at 224×224×3 training the full layer does not fit
into a graphics card of 12 GiB (the usual large one of 2017), at 12 bytes a parameter for weight,
gradient and momentum, while the convolution takes under 1 MiB. Fourth, a full layer of only 128
units, which is what people used in practice, does not fit either. Shown exactly if all four hold,
partly if the first three do, refuted if the counts agree but the third fails, not supported if the
counts disagree or grow otherwise.
"""
DECIDING = (
    "exponent_of_*",
    "GiB_to_train_fully_connected",
    "GiB_to_train_convolution",
    "GiB_to_train_few_units",
)

IMAGES = {"digit": (1, 28, 28), "small": (3, 32, 32), "large": (3, 224, 224)}
MAPS, UNITS = 8, 128
WINDOW = 3 * 3
SIDES = (32, 64, 128, 256)
BYTES_TO_TRAIN = 12
CARD = 12 * 2**30
EXPONENTS = {"fully_connected": 4, "locally_connected": 2, "convolution": 0}


class Cost(NamedTuple):
    """What a layer costs: trained numbers, those of them that multiply, and multiply-adds."""

    parameters: int
    weights: int
    macs: int


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Count one kind of layer for all images, and hold the counts against layers."""
    costs = {name: cost(arm, image) for name, image in IMAGES.items()}
    mismatches = sum(
        costs[name].parameters != parameters(built(arm, IMAGES[name]))
        for name in ("digit", "small")
    )
    # The tracer knows no locally connected layers, and needs no memory for the others.
    if arm != "locally_connected":
        traced = trace([described(arm, IMAGES["large"])], input_of(arm, IMAGES["large"]))
        expected = (costs["large"].parameters, costs["large"].macs)
        mismatches += (traced.parameters, traced.macs) != expected
    weights = [cost(arm, (3, side, side)).weights for side in SIDES]
    largest = next((side for side in range(1, 4097) if not fits(arm, side + 1)), 4096)
    details = {name: {**found._asdict(), "MiB": mib(found)} for name, found in costs.items()}
    return Outcome(
        {
            "mismatches": mismatches,
            "exponent": exponent(SIDES, weights),
            "bytes_to_train_large": BYTES_TO_TRAIN * costs["large"].parameters,
        },
        {**details, "largest_side_on_card": largest, "weights_by_side": weights},
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    counts_agree = all(runs.of(arm, "mismatches")[0] == 0 for arm in ARMS)
    growth = {arm: float(runs.of(arm, "exponent")[0]) for arm in EXPONENTS}
    to_train = {arm: runs.of(arm, "bytes_to_train_large")[0] for arm in ARMS}
    grows = all(abs(growth[arm] - expected) <= 0.01 for arm, expected in EXPONENTS.items())
    too_large = to_train["fully_connected"] > CARD and to_train["convolution"] < 2**20
    if counts_agree and grows and too_large:
        verdict = "shown exactly" if to_train["few_units"] > CARD else "partly"
    elif counts_agree and not too_large:
        verdict = "refuted"
    else:
        verdict = "not supported"
    effects = {f"exponent_of_{arm}": exact(value) for arm, value in growth.items()}
    memory = {f"GiB_to_train_{arm}": exact(float(to_train[arm] / 2**30)) for arm in ARMS}
    return Decision(effects | memory, verdict)


def details(by_run: Details) -> dict[str, Any]:
    """Gather the counts of each arm."""
    return {
        "sides": SIDES,
        "maps": MAPS,
        "units": UNITS,
        "card_GiB": CARD // 2**30,
        **{arm: by_run[arm, SEEDS[0]] for arm in ARMS},
    }


def cost(arm: str, image: tuple[int, int, int]) -> Cost:
    """Count from three numbers: outputs, inputs that each reads, and how many share weights."""
    channels, height, width = image
    outputs = UNITS if arm == "few_units" else MAPS * height * width
    reads = channels * WINDOW if arm in ("locally_connected", "convolution") else prod(image)
    sharing = height * width if arm == "convolution" else 1
    weights = outputs * reads // sharing
    return Cost(weights + outputs // sharing, weights, outputs * reads)


def built(arm: str, image: tuple[int, int, int]) -> Layer:
    """Return the layer itself, with memory for its weights."""
    channels, *size = image
    if arm == "convolution":
        return Conv2d(channels, MAPS, 3, padding=1, seed=0)
    if arm == "locally_connected":
        return LocallyConnected2d(channels, MAPS, 3, tuple(size), padding=1, seed=0)
    outputs = UNITS if arm == "few_units" else MAPS * prod(size)
    return Linear(prod(image), outputs, seed=0)


def described(arm: str, image: tuple[int, int, int]) -> Any:
    """Return the layer's description, without weights."""
    if arm == "convolution":
        return Conv(MAPS, 3, padding=1)
    return LinearDescription(UNITS if arm == "few_units" else MAPS * prod(image[1:]))


def input_of(arm: str, image: tuple[int, int, int]) -> tuple[int, ...]:
    """Return the shape that the layer takes: a picture, or a row of numbers."""
    return image if arm == "convolution" else (prod(image),)


def fits(arm: str, side: int) -> bool:
    """Say whether training the layer on a colour image of this side fits into the card."""
    return BYTES_TO_TRAIN * cost(arm, (3, side, side)).parameters <= CARD


def mib(found: Cost) -> float:
    """Return the memory of the parameters alone, in float32."""
    return 4 * found.parameters / 2**20


def exponent(sides: tuple[int, ...], weights: list[int]) -> float:
    """Return the power of the side with which the weights grow, from the first side to the last."""
    return log(weights[-1] / weights[0]) / log(sides[-1] / sides[0])
