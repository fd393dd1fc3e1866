"""Networks in words for property tests: right ones, nearly right ones, and noise."""

import os
import string

from hypothesis import strategies as st

from cnnnotes.shapes import (
    AdaptivePool,
    BatchNorm,
    Branches,
    Conv,
    ConvTranspose,
    Elementwise,
    Flatten,
    Linear,
    Pool,
    to_text,
)
from cnnnotes.shapes.descriptions import Norm, Upsample

CASES = 10_000 if os.environ.get("CNNNOTES_LONG") else 100

numbers = st.integers(1, 12)
pairs = st.one_of(numbers, st.tuples(numbers, numbers))
sides = st.tuples(st.integers(0, 4), st.integers(0, 4))
paddings = st.one_of(st.integers(0, 4), st.tuples(sides, sides), st.just("same"))
simple_layers = st.one_of(
    st.builds(
        Conv,
        st.one_of(numbers, st.none()),
        pairs,
        pairs,
        paddings,
        pairs,
        st.one_of(numbers, st.none()),
        st.booleans(),
        st.one_of(numbers, st.none()),
    ),
    st.builds(
        ConvTranspose,
        numbers,
        pairs,
        pairs,
        st.tuples(sides, sides),
        pairs,
        numbers,
        st.booleans(),
        pairs,
    ),
    st.builds(Pool, pairs, pairs, paddings, pairs, st.booleans()),
    st.builds(Pool, pairs, pairs, paddings, ceil_mode=st.booleans(), kind=st.just("avgpool")),
    st.builds(AdaptivePool, st.one_of(st.none(), pairs), st.sampled_from(["adaptiveavg"])),
    st.builds(Linear, numbers, st.booleans(), st.one_of(numbers, st.none())),
    st.builds(BatchNorm, st.one_of(numbers, st.none()), st.booleans()),
    st.builds(Norm, trained=st.sampled_from([None, 0]), num_groups=numbers),
    st.builds(Upsample, scale_factor=numbers, mode=st.sampled_from(["nearest", "bilinear"])),
    st.just(Flatten()),
    st.sampled_from(["relu", "tanh", "dropout"]).map(lambda kind: Elementwise(kind=kind)),
)
any_layers = st.recursive(
    simple_layers,
    lambda inner: st.builds(
        Branches,
        st.lists(st.lists(inner, max_size=3).map(tuple), min_size=2, max_size=3).map(tuple),
        st.sampled_from(["add", "cat"]),
    ),
    max_leaves=4,
)

WORDS = [
    *("conv", "depthwise", "convtranspose", "maxpool", "avgpool", "globalavg", "adaptiveavg"),
    *(
        "linear",
        "batchnorm",
        "relu",
        "flatten",
        "local",
        "blurpool",
        "stride",
        "upsample",
        "pad",
        "dilation",
    ),
    *(
        "groupnorm",
        "maxblurpool",
        "pointwise",
        "bilinear",
        "groups",
        "ceil",
        "nobias",
        "outpad",
        "same",
        "all",
        "connections",
        "8",
        "3x3",
        "2",
        "1",
    ),
    *("0", "3->8", "784->10", "1+2", "0x1", "99999999", "999999999x1", "-1", "1.5", "|", "|"),
    *("|", ";", "(", ")", "add(", "cat(", "\n"),
]
texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.lists(any_layers, min_size=1, max_size=4).map(to_text),
    st.text(max_size=40),
    st.text(string.printable, max_size=40),
    st.tuples(st.lists(any_layers, min_size=1, max_size=3).map(to_text), st.text(max_size=3)).map(
        "".join
    ),
)
shapes = st.one_of(
    st.tuples(numbers, st.integers(1, 64), st.integers(1, 64)),
    st.lists(st.integers(1, 10**9), min_size=1, max_size=5),
)
