"""The thirty claims that the site is about; which experiment tests each, the experiments say."""

import ast
from pathlib import Path
from typing import NamedTuple


class Claim(NamedTuple):
    """A claim in one sentence, the chapter that treats it, and its experiment, if there is one."""

    id: str
    statement: str
    chapter: str
    experiment: str | None = None


def claims_by_experiment() -> dict[str, list[str]]:
    """Return which claims each experiment says it tests, in order: {name: claims}.

    An experiment is a module here that asks a QUESTION. It is read, not imported.
    """
    found = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        stated = {
            target.id: statement.value
            for statement in ast.parse(file.read_bytes()).body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        if "QUESTION" in stated:
            found[file.stem] = list(ast.literal_eval(stated["CLAIMS"]))
    return found


def faults(claims: dict[str, list[str]]) -> list[str]:
    """Return where experiments test what is no claim, or what another tests."""
    known = {claim.id: claim.experiment for claim in LEDGER}
    problems = []
    for name, tested in claims.items():
        for claim in tested:
            if claim not in known:
                problems.append(f"{name}: tests {claim}, which is no claim of the ledger")
            elif known[claim] != name:
                problems.append(f"{name}: tests {claim}, as {known[claim]} does")
    return problems


_TESTED_BY = {claim: name for name, claims in claims_by_experiment().items() for claim in claims}

_CLAIMS = (
    Claim(
        "C1",
        "A fully connected network takes nothing from the arrangement of the pixels.",
        "convolutions/bag-of-numbers",
    ),
    Claim(
        "C2",
        "Neighbouring pixels tell much about each other, and small patterns return elsewhere.",
        "convolutions/bag-of-numbers",
    ),
    Claim(
        "C3",
        "A convolutional network has some tolerance to small shifts built in; "
        "a fully connected one must learn it.",
        "convolutions/bag-of-numbers",
    ),
    Claim(
        "C4",
        "Connecting everything to everything costs too many parameters for images of useful size.",
        "convolutions/weight-sharing",
    ),
    Claim(
        "C5",
        "A convolution is one small detector used everywhere: shift the image, and its map shifts.",
        "convolutions/one-detector",
    ),
    Claim(
        "C6",
        "A convolution is a fully connected layer with most weights zero and the others shared.",
        "convolutions/weight-sharing",
    ),
    Claim(
        "C7",
        "Because it shares weights, a convolutional network learns from fewer examples.",
        "convolutions/weight-sharing",
    ),
    Claim(
        "C8",
        "Every layer added widens what a unit can see.",
        "convolutions/receptive-field",
    ),
    Claim(
        "C9",
        "Several small layers do more than one wide layer of equal cost and reach.",
        "convolutions/receptive-field",
    ),
    Claim(
        "C10",
        "Filters that are learned replace features made by hand.",
        "convolutions/architecture-as-prior",
    ),
    Claim(
        "C11",
        "When a shape is not what was expected, look at stride and padding first.",
        "convolutions/shapes",
    ),
    Claim(
        "C12",
        "A minimal pipeline, checked step by step, is enough to show that the idea works.",
        "convolutions/minimal-pipeline",
    ),
    Claim(
        "C13",
        "Where a model is blind to structure, another architecture helps more than "
        "features, regularisation or tuning.",
        "convolutions/architecture-as-prior",
    ),
    Claim(
        "C14",
        "The right inductive bias beats more parameters; a wrong one does not.",
        "convolutions/architecture-as-prior",
    ),
    Claim(
        "C15",
        "The first layer of a trained network becomes a set of edge detectors.",
        "convolutions/first-layer",
    ),
    Claim(
        "P1",
        "Pooling keeps what was found and drops where it was found.",
        "pooling/what-over-where",
    ),
    Claim(
        "P2",
        "Pooling helps where small shifts do not matter, and saves computation.",
        "pooling/what-over-where",
    ),
    Claim(
        "P3",
        "Pooling hurts where the position is the answer.",
        "pooling/when-pooling-hurts",
    ),
    Claim(
        "P4",
        "A strided convolution learns its summary and pooling does not; neither comes for free.",
        "pooling/pool-or-stride",
    ),
    Claim(
        "P5",
        "Training is steadier with fixed summaries than with learned ones.",
        "pooling/pool-or-stride",
    ),
    Claim(
        "P6",
        "Deeper layers represent the image at higher levels.",
        "pooling/levels",
    ),
    Claim(
        "P7",
        "What a network learns is a vocabulary of shared signals rather than of objects.",
        "pooling/feature-maps",
    ),
    Claim(
        "P8",
        "Convolution and pooling in turn make each level less sensitive to shifts than the last.",
        "pooling/levels",
    ),
    Claim(
        "P9",
        "PCA compresses to keep variance, a convolutional network to serve its task.",
        "pooling/learned-compression",
    ),
    Claim(
        "P10",
        "Dropout begins to matter where dense heads overfit.",
        "pooling/dropout",
    ),
    Claim(
        "P11",
        "Convolutional networks generalise better than hand-made features with a classifier.",
        "pooling/learned-compression",
    ),
    Claim(
        "P12",
        "Looking at the same few images every time makes variants comparable.",
        "pooling/feature-maps",
    ),
    Claim(
        "P13",
        "Feature maps tell that a network learns noise before its metrics do.",
        "pooling/learning-or-noise",
    ),
    Claim(
        "P14",
        "Pooling too early throws away detail that is needed later.",
        "pooling/when-pooling-hurts",
    ),
    Claim(
        "P15",
        "Early feature maps can be read by eye, deeper ones less so.",
        "pooling/feature-maps",
    ),
)

LEDGER = tuple(claim._replace(experiment=_TESTED_BY.get(claim.id)) for claim in _CLAIMS)
