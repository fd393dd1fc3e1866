"""The thirty claims that the site is about, and the experiment that tests each."""

from typing import NamedTuple


class Claim(NamedTuple):
    """A claim in one sentence, the chapter that treats it, and its experiment, if there is one."""

    id: str
    statement: str
    chapter: str
    experiment: str | None = None


LEDGER = (
    Claim(
        "C1",
        "A fully connected network takes nothing from the arrangement of the pixels.",
        "convolutions/bag-of-numbers",
        "permuted_pixels",
    ),
    Claim(
        "C2",
        "Neighbouring pixels tell much about each other, and small patterns return elsewhere.",
        "convolutions/bag-of-numbers",
        "local_structure",
    ),
    Claim(
        "C3",
        "A convolutional network has some tolerance to small shifts built in; "
        "a fully connected one must learn it.",
        "convolutions/bag-of-numbers",
        "small_shifts",
    ),
    Claim(
        "C4",
        "Connecting everything to everything costs too many parameters for images of useful size.",
        "convolutions/weight-sharing",
        "counting_parameters",
    ),
    Claim(
        "C5",
        "A convolution is one small detector used everywhere: shift the image, and its map shifts.",
        "convolutions/one-detector",
        "one_detector",
    ),
    Claim(
        "C6",
        "A convolution is a fully connected layer with most weights zero and the others shared.",
        "convolutions/weight-sharing",
        "convolution_as_matrix",
    ),
    Claim(
        "C7",
        "Because it shares weights, a convolutional network learns from fewer examples.",
        "convolutions/weight-sharing",
        "data_efficiency",
    ),
    Claim(
        "C8",
        "Every layer added widens what a unit can see.",
        "convolutions/receptive-field",
        "receptive_field",
    ),
    Claim(
        "C9",
        "Several small layers do more than one wide layer of equal cost and reach.",
        "convolutions/receptive-field",
        "depth",
    ),
    Claim(
        "C10",
        "Filters that are learned replace features made by hand.",
        "convolutions/architecture-as-prior",
        "learned_filters",
    ),
    Claim(
        "C11",
        "When a shape is not what was expected, look at stride and padding first.",
        "convolutions/shapes",
        "shapes",
    ),
    Claim(
        "C12",
        "A minimal pipeline, checked step by step, is enough to show that the idea works.",
        "convolutions/minimal-pipeline",
        "minimal_pipeline",
    ),
    Claim(
        "C13",
        "Where a model is blind to structure, another architecture helps more than "
        "features, regularisation or tuning.",
        "convolutions/architecture-as-prior",
        "four_levers",
    ),
    Claim(
        "C14",
        "The right inductive bias beats more parameters; a wrong one does not.",
        "convolutions/architecture-as-prior",
        "right_bias",
    ),
    Claim(
        "C15",
        "The first layer of a trained network becomes a set of edge detectors.",
        "convolutions/first-layer",
        "first_layer",
    ),
    Claim(
        "P1",
        "Pooling keeps what was found and drops where it was found.",
        "pooling/what-over-where",
        "shifts_forgiven",
    ),
    Claim(
        "P2",
        "Pooling helps where small shifts do not matter, and saves computation.",
        "pooling/what-over-where",
        "pooling_helps",
    ),
    Claim(
        "P3",
        "Pooling hurts where the position is the answer.",
        "pooling/when-pooling-hurts",
        "position_lost",
    ),
    Claim(
        "P4",
        "A strided convolution learns its summary and pooling does not; neither comes for free.",
        "pooling/pool-or-stride",
        "pool_or_stride",
    ),
    Claim(
        "P5",
        "Training is steadier with fixed summaries than with learned ones.",
        "pooling/pool-or-stride",
        "steadiness",
    ),
    Claim(
        "P6",
        "Deeper layers represent the image at higher levels.",
        "pooling/levels",
        "levels",
    ),
    Claim(
        "P7",
        "What a network learns is a vocabulary of shared signals rather than of objects.",
        "pooling/feature-maps",
        "vocabulary",
    ),
    Claim(
        "P8",
        "Convolution and pooling in turn make each level less sensitive to shifts than the last.",
        "pooling/levels",
        "invariance_ladder",
    ),
    Claim(
        "P9",
        "PCA compresses to keep variance, a convolutional network to serve its task.",
        "pooling/learned-compression",
        "learned_compression",
    ),
    Claim(
        "P10",
        "Dropout begins to matter where dense heads overfit.",
        "pooling/dropout",
        "dropout_gap",
    ),
    Claim(
        "P11",
        "Convolutional networks generalise better than hand-made features with a classifier.",
        "pooling/learned-compression",
        "hand_made_features",
    ),
    Claim(
        "P12",
        "Looking at the same few images every time makes variants comparable.",
        "pooling/feature-maps",
        "fixed_probes",
    ),
    Claim(
        "P13",
        "Feature maps tell that a network learns noise before its metrics do.",
        "pooling/learning-or-noise",
        "learning_or_noise",
    ),
    Claim(
        "P14",
        "Pooling too early throws away detail that is needed later.",
        "pooling/when-pooling-hurts",
        "pooling_early",
    ),
    Claim(
        "P15",
        "Early feature maps can be read by eye, deeper ones less so.",
        "pooling/feature-maps",
        "readable_maps",
    ),
)
