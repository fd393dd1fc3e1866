"""P5: five ways to halve a map, trained at learning rates from timid to reckless."""

import numpy as np

from cnnnotes.checks import Array
from cnnnotes.data import TEXTURES, load_textures
from cnnnotes.experiments.experiment import Decision, Outcome, Report, Runs
from cnnnotes.experiments.fair import check_matched, train
from cnnnotes.experiments.intervals import Effect, better, difference, worse
from cnnnotes.experiments.metrics import Share
from cnnnotes.experiments.toolkit import HALVING_NAMES
from cnnnotes.experiments.toolkit import halved as network
from cnnnotes.training import predict

QUESTION = "Do networks that pool train at more learning rates, and more alike, than strided ones?"
CLAIMS = ("P5",)
DATASET = "textures"
ARMS = ("max", "average", "stride", "max_extra", "stride_extra")
NAMES = {arm: HALVING_NAMES[arm] for arm in ARMS}
METRICS = {
    "accuracy": Share("held-out accuracy by learning rate"),
    "failed": Share("failed runs by learning rate"),
    "share_failed": Share("failed runs"),
    "commonest_answer": Share("commonest answer by learning rate"),
}
SEEDS = range(8)
RULE = """
Each network is trained at six learning rates, from 0.01 to 0.32, each twice the one before. A run
fails if it diverges, or if its held-out accuracy is below one in three, twice chance. In a pair of
a fixed and a learned summary, the fixed one is steadier if a smaller share of its runs fails (whole
95 % interval, paired by seed). Where neither share is shown to be smaller, it is steadier if the
rest spreads less: the mean distance of an accuracy from the arm's median at that rate, over the
rates and seeds at which neither of the pair fails. Less steady is the reverse. There are three
pairs, of equal parameters each: max against stride, average against stride, max_extra against
stride_extra. Supported if the fixed summary is steadier in all three. Partly if it is steadier in
at least one, and less steady in none. Refuted if it is less steady in at least one, and steadier in
none. Otherwise not supported. stride_extra against max has more parameters, and decides nothing.
"""
DECIDING = ("*_over_stride_in_*", "max_extra_over_stride_extra_in_*")

LEARNING_RATES = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32)
PAIRS = (("max", "stride"), ("average", "stride"), ("max_extra", "stride_extra"))
LEAST_ACCURACY = 2 / len(TEXTURES)
EPOCHS = 5
IMAGES = 900


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Train anew at each learning rate, from the same weights on the same batches."""
    for pair in PAIRS:
        check_matched({name: network(name, seed) for name in pair})
    textures = load_textures(seed)
    images, labels = textures.train_images[:IMAGES], textures.train_labels[:IMAGES]
    accuracies, commonest = [], []
    for done, rate in enumerate(LEARNING_RATES, start=1):
        model = network(arm, seed)
        try:
            train(model, images, labels, epochs=EPOCHS, learning_rate=rate, seed=seed)
        except FloatingPointError:
            accuracies.append(0.0)
            commonest.append(0.0)
        else:
            answers = predict(model, textures.test_images)
            accuracies.append(float((answers == textures.test_labels).mean()))
            commonest.append(float(np.bincount(answers).max() / len(answers)))
        report(done, len(LEARNING_RATES))
    failed = [accuracy < LEAST_ACCURACY for accuracy in accuracies]
    return Outcome(
        {
            "accuracy": accuracies,
            "failed": [float(each) for each in failed],
            "share_failed": float(np.mean(failed)),
            # 1 if the network gives all images one answer, 0 if it diverged and gives none
            "commonest_answer": commonest,
        }
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""
    effects: dict[str, Effect] = {}
    for fixed, learned in PAIRS:
        pair = f"{fixed}_over_{learned}"
        effects[f"{pair}_in_failures"] = runs.difference(fixed, learned, "share_failed")
        effects[f"{pair}_in_spread"] = difference(*spreads(runs, fixed, learned))
    sides = [steadier(effects, f"{fixed}_over_{learned}") for fixed, learned in PAIRS]
    if min(sides) > 0:
        verdict = "supported"
    elif max(sides) > 0 and min(sides) == 0:
        verdict = "partly"
    elif min(sides) < 0 and max(sides) <= 0:
        verdict = "refuted"
    else:
        verdict = "not supported"
    effects["stride_extra_over_max_in_failures"] = runs.difference(
        "stride_extra", "max", "share_failed"
    )
    return Decision(effects, verdict)


def steadier(effects: dict[str, Effect], pair: str) -> int:
    """Return 1 if the fixed summary of a pair is steadier, −1 if the learned one is, else 0."""
    for kind in ("failures", "spread"):
        effect = effects[f"{pair}_in_{kind}"]
        if worse(effect) or better(effect):
            return 1 if worse(effect) else -1  # fewer failures, or less spread, is steadier
    return 0


def spreads(runs: Runs, *pair: str) -> tuple[Array, Array]:
    """Return, for two arms, each seed's mean distance from its arm's median at a learning rate.

    Rates at which either arm fails with a seed are left out of it, and seeds that have no other.
    """
    failed = np.any([runs.of(arm, "failed") > 0 for arm in pair], axis=0)
    found = []
    for arm in pair:
        rest = np.ma.masked_array(runs.of(arm, "accuracy"), failed)
        distances = np.abs(rest - np.ma.median(rest, axis=0))
        found.append(distances.mean(axis=1).compressed())
    return found[0], found[1]
