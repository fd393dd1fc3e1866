"""Every class of `torch.nn` that can take a sound, a picture or a volume, found by reflection."""

import inspect
import warnings
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnnotes.shapes import trace
from cnnnotes.shapes.reading import read_network
from cnnnotes.shapes.source import ReadError
from cnnnotes.shapes.torch_calls import CALLS

INPUTS = {"sound": (4, 12), "picture": (4, 8, 10), "volume": (4, 6, 8, 6)}
ARGUMENTS = {  # what a class is made with, by the name of its argument
    **{"in_channels": 4, "out_channels": 6, "kernel_size": 3, "num_features": 4, "num_groups": 2},
    **{"num_channels": 4, "padding": 1, "dim": 1, "scale_factor": 2, "norm_type": 2, "groups": 2},
    **{"upscale_factor": 2, "downscale_factor": 2, "size": 3, "lambd": 0.5, "p": 0.5, "value": 0.1},
    **{
        "threshold": 0.1,
        "unflattened_size": (2, 2),
        "num_parameters": 4,
        "stride": 2,
        "bias": True,
    },
    **{"cutoffs": [2], "n_classes": 5, "num_embeddings": 4, "embedding_dim": 4, "hidden_size": 5},
    **{"num_heads": 1, "nhead": 1, "alpha": 1.0, "cls": nn.Linear, "lower": 0.1, "upper": 0.3},
}
LAST_AXIS = ("in_features", "input_size", "embed_dim", "d_model", "normalized_shape")
SPECIAL = {
    **dict.fromkeys(
        ("GRU", "LSTM", "RNN"),
        lambda shape: {"input_size": shape[-1], "hidden_size": 5, "batch_first": True},
    ),
    "Fold": lambda shape: {"output_size": (4, 5), "kernel_size": 2},
}
# These don't take one image alone: they want a target, a second input, token numbers, a length,
# other layers, or nothing but a process group.
NO_IMAGE = {
    *("Bilinear", "Container", "CosineSimilarity", "CrossMapLRN2d"),
    *("DataParallel", "Embedding", "EmbeddingBag", "GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"),
    *("MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "Module", "ModuleDict", "ModuleList"),
    *("MultiheadAttention", "PairwiseDistance", "ParameterDict", "ParameterList", "RNNBase"),
    *("SyncBatchNorm", "Transformer", "TransformerDecoder", "TransformerDecoderLayer"),
    "TransformerEncoder",
}
COUNT_UNKNOWN = {"GRU", "LSTM", "RNN", "TransformerEncoderLayer"}
FIELD_UNKNOWN = COUNT_UNKNOWN | {
    *("FractionalMaxPool2d", "FractionalMaxPool3d", "Unfold", "Fold", "Unflatten"),
    "UpsamplingBilinear2d",  # whose corners are aligned
}


def classes():
    found = {
        name: value
        for name, value in vars(nn).items()
        if inspect.isclass(value) and issubclass(value, nn.Module)
    }
    return {name: found[name] for name in sorted(found) if "Loss" not in name}


def made(name, shape):
    """Return a module of the class for an input of that shape, or None if it takes none."""
    if name in SPECIAL:
        return answering(name, SPECIAL[name](shape), shape)
    signature = inspect.signature(classes()[name].__init__)
    given = {}
    for argument in list(signature.parameters.values())[1:]:
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            continue
        if argument.name in LAST_AXIS:
            given[argument.name] = shape[-1]
        elif argument.name == "output_size" or argument.name == "out_features":
            given[argument.name] = 3
        elif argument.name == "size" and name.startswith("Upsampl"):
            continue
        elif argument.name == "stride" and "Fold" not in name and "fold" not in name:
            given[argument.name] = 2
        elif argument.name == "bias" and "bias" in given:
            continue
        elif argument.default is argument.empty or argument.name in ("groups", "num_parameters"):
            given[argument.name] = ARGUMENTS.get(argument.name)
        elif argument.name in ("scale_factor", "dim") or (
            argument.name == "padding" and "Conv" in name
        ):
            given[argument.name] = ARGUMENTS[argument.name]
    return answering(name, given, shape)


def answering(name, given, shape):
    """Return a new module if such a one makes a tensor of a batch of two, or None."""
    make = classes()[name]
    try:
        module = make(**given).double().eval()
        with torch.no_grad():
            output = module(torch.rand(2, *shape, dtype=torch.float64))
    except (RuntimeError, ValueError, TypeError, AssertionError, NotImplementedError, IndexError):
        return None
    output = output[0] if isinstance(output, tuple) else output
    fits = isinstance(output, torch.Tensor) and len(output) == 2
    return make(**given).double().eval() if fits else None  # a lazy one is still lazy


def cases():
    torch.manual_seed(0)
    for name in classes():
        for kind, shape in INPUTS.items():
            other_axes = name[-2:] in ("1d", "2d", "3d") and name[-2] != str(len(shape) - 1)
            if name not in NO_IMAGE and not other_axes and made(name, shape) is not None:
                yield pytest.param(name, shape, id=f"{name}-{kind}")


with warnings.catch_warnings(action="ignore"):  # of dropout2d, about axes it might mean
    CASES = list(cases())
pytestmark = pytest.mark.filterwarnings("ignore")


def test_no_class_is_missed():
    tried = {case.values[0] for case in CASES}
    assert tried | NO_IMAGE == set(classes())
    assert not tried & NO_IMAGE


def first(output):
    return output[0] if isinstance(output, tuple) else output


@pytest.mark.parametrize("name, shape", CASES)
def test_counts_shapes_and_fields(name, shape):
    torch.manual_seed(1)
    module = made(name, shape)
    traced = trace(module, (1, *shape) if len(shape) > 2 else shape)
    picture = torch.rand(1, *shape, dtype=torch.float64)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = first(module(picture))
    assert traced.parameters == sum(weight.numel() for weight in module.parameters())
    assert traced.output_shape == tuple(output.shape[1:])
    if name in COUNT_UNKNOWN:
        assert traced.macs is None
    else:
        assert traced.macs == counter.get_total_flops() // 2
    row = traced.rows[-1]
    unknown = row.receptive_field is None
    assert unknown == ((name in FIELD_UNKNOWN) or (name, len(shape)) == ("PixelUnshuffle", 4)), row
    if not unknown:
        check_field(module, shape, traced, row)


# A print of containers tells nothing, a shuffle of volumes is PyTorch's alone, and a lazy linear
# layer takes the last axis of a picture, where we ask whether flatten was forgotten.
TOLD_OTHERWISE = ("Sequential", "PixelUnshuffle-volume", "LazyLinear")
PRINTED = [case for case in CASES if not case.id.startswith(TOLD_OTHERWISE)]


@pytest.mark.parametrize("name, shape", PRINTED)
def test_a_print_counts_as_its_module(name, shape):
    torch.manual_seed(1)
    module = nn.Sequential(made(name, shape))
    with_batch = (1, *shape) if len(shape) > 2 else shape
    if name.removeprefix("Lazy") not in CALLS or "LazyInstance" in name:
        with pytest.raises(ReadError, match=rf"{name}\b.*--torch"):
            read_network(str(module), with_batch)
        return
    told = trace(read_network(str(module), with_batch).layers, with_batch)
    seen = trace(module, with_batch)
    for one, other in zip(told.rows, seen.rows, strict=True):
        same = {"name": "", "layer": ""} if name.startswith("Lazy") else {"name": ""}
        assert replace(one, **same) == replace(other, **same)


LAZY = [f"Lazy{k}" for k in CALLS if hasattr(nn, f"Lazy{k}") and "Instance" not in k]


@pytest.mark.parametrize("kind", [*CALLS, *LAZY])
def test_arguments_are_pytorchs(kind):
    theirs = inspect.signature(getattr(nn, kind)).parameters.values()
    theirs = [] if getattr(nn, kind).__init__ is nn.Module.__init__ else theirs
    ours = list(CALLS[kind.removeprefix("Lazy")].parameters.values())[kind.startswith("Lazy") :]
    same = [(p.name, p.kind, p.default) for p in ours]
    assert same == [(p.name, p.kind, p.default) for p in theirs]


@pytest.mark.parametrize(
    "call, module",
    [
        ("LazyConv1d(6, 3, padding_mode='reflect', padding=1)", nn.Conv1d(4, 6, 3, padding=1)),
        ("LazyConvTranspose3d(6, (1, 2, 3), 2)", nn.ConvTranspose3d(4, 6, (1, 2, 3), 2)),
        ("LazyBatchNorm2d(affine=False)", nn.BatchNorm2d(4, affine=False)),
    ],
)
def test_a_lazy_call_takes_what_comes(call, module):
    shape = next(s for s in reversed(INPUTS.values()) if fits(module.double(), s))
    with_batch = (1, *shape) if len(shape) > 2 else shape
    told = trace(read_network(f"nn.{call}", with_batch).layers, with_batch)
    assert told.parameters == sum(weight.numel() for weight in module.parameters())
    assert told.output_shape == tuple(module(torch.zeros(1, *shape).double()).shape[1:])


def test_a_network_for_sounds_takes_channels_and_length():
    sounds = "nn.Sequential(nn.GroupNorm(2, 4), nn.Conv1d(4, 8, 3), nn.ReLU(), nn.MaxPool1d(2))"
    reading = read_network(sounds, (4, 12))
    assert trace(reading.layers, reading.input_shape).output_shape == (8, 5)


@pytest.mark.parametrize(
    "call, said",
    [
        ("Conv1d(4, 6, (3, 3))", r"kernel_size \(=\(3, 3\)\) must be a whole number or one"),
        ("Conv3d(4, 6, 2.0)", r"kernel_size \(=2.0\) must be a whole number or three"),
        ("Conv4d(4, 6, 3)", "Conv4d is no layer"),
        ("Linear2d(4, 6)", "Linear2d is no layer"),
        ("LazyReLU()", "LazyReLU is no layer"),
        ("LazyInstanceNorm2d()", "LazyInstanceNorm2d is no layer"),
        ("GroupNorm(2)", "missing a required argument: 'num_channels'"),
        ("ReLU(3, 4)", "too many positional"),
        ("ZeroPad2d((1, 2, 3))", r"padding \(=\(1, 2, 3\)\) must be a whole number or 4 of them"),
        ("Conv2d(1, 2, 3, padding_mode='mirror')", r"padding_mode \(='mirror'\) is unknown"),
    ],
)
def test_a_wrong_call_is_named(call, said):
    with pytest.raises(ReadError, match=said):
        read_network(f"nn.Sequential(nn.{call})", (4, 8, 8))


UNUSUAL = [
    nn.Conv1d(4, 2, 3, stride=2, padding=2, dilation=2, groups=2),
    nn.Conv2d(4, 2, (3, 2), padding=(2, 1), padding_mode="reflect"),
    nn.Conv2d(4, 2, 5, stride=2, padding=2, padding_mode="replicate"),
    nn.Conv3d(4, 2, (1, 2, 3), stride=(1, 2, 1), padding="valid", bias=False),
    nn.ConvTranspose1d(4, 2, 3, stride=3, padding=1, output_padding=2, dilation=2),
    nn.ConvTranspose3d(4, 4, 2, stride=2, groups=2),
    nn.MaxPool1d(3, 2, padding=1, dilation=2, ceil_mode=True),
    nn.AvgPool3d(2, ceil_mode=True),
    nn.AdaptiveAvgPool3d((2, None, 5)),
    nn.BatchNorm2d(4, track_running_stats=False),
    nn.InstanceNorm2d(4, affine=True, track_running_stats=True),
    nn.LayerNorm((8, 10), bias=False),
    nn.Upsample(scale_factor=3, mode="bilinear"),
    nn.Upsample(size=(16, 20), mode="nearest-exact"),
    nn.Upsample(scale_factor=2, mode="linear"),
    nn.Softmax(-1),
    nn.LogSoftmax(2),
    nn.GLU(1),
    nn.ZeroPad2d((0, 3, 1, 0)),
    nn.ReflectionPad1d((4, 2)),
    nn.PReLU(4),
    nn.Linear(10, 3),
    nn.Sequential(nn.Flatten(), nn.ReLU(), nn.LayerNorm(320)),
    nn.Sequential(nn.GroupNorm(2, 4), nn.Conv2d(4, 4, 3, padding=1)),
]


@pytest.mark.parametrize("module", UNUSUAL, ids=str)
def test_unusual_arguments(module):
    torch.manual_seed(2)
    module = module.double().eval()
    shape = next(s for s in reversed(INPUTS.values()) if fits(module, s))
    traced = trace(module, (1, *shape) if len(shape) > 2 else shape)
    picture = torch.rand(1, *shape, dtype=torch.float64)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = module(picture)
    assert traced.output_shape == tuple(output.shape[1:])
    assert traced.parameters == sum(weight.numel() for weight in module.parameters())
    assert traced.macs == counter.get_total_flops() // 2
    check_field(module, shape, traced, traced.rows[-1], inside=False)


def fits(module, shape):
    axes = [part for part in str(module).split("(")[0:3] if part[-2:] in ("1d", "2d", "3d")]
    if axes and axes[0][-2] != str(len(shape) - 1):
        return False
    try:
        module(torch.rand(2, *shape, dtype=torch.float64))
    except (RuntimeError, ValueError, NotImplementedError):
        return False
    return True


def check_field(module, shape, traced, row, *, inside=True):
    """Compare with what changes where a place of the input, in all its channels, is changed."""
    places = list(
        torch.cartesian_prod(*(torch.arange(n) for n in shape[1:])).reshape(-1, len(shape) - 1)
    )
    grid = traced.steps[-1].grid
    changed = torch.zeros(len(places), *grid, dtype=torch.bool)
    for scale in (0.5, 2.0, -30.0):
        base = scale * torch.rand(1, *shape, dtype=torch.float64)
        pictures = base.repeat(len(places), 1, *[1] * len(places[0]))
        for number, place in enumerate(places):
            pictures[(number, slice(None), *place)] += torch.linspace(2, 40, shape[0])
        with torch.no_grad():
            moved = (first(module(pictures)) - first(module(base))).abs() > 1e-12
        changed |= moved.reshape(len(places), -1, *grid).any(1)  # flat outputs have places too
    widest = [0] * len(grid)
    for unit in (
        torch.cartesian_prod(*(torch.arange(n) for n in grid)).reshape(-1, len(grid)).tolist()
    ):
        read = [
            place for place, hit in zip(places, changed[(slice(None), *unit)], strict=True) if hit
        ]
        seen = tuple(tuple(sorted({int(n) for n in axis})) for axis in zip(*read, strict=True))
        seen = seen or ((),) * len(grid)  # nothing but padding
        assert traced.seen(row.name, tuple(unit)) == seen, unit
        widest = [
            max(w, axis[-1] - axis[0] + 1 if axis else 0)
            for w, axis in zip(widest, seen, strict=True)
        ]
    field = row.receptive_field
    field = field if isinstance(field, tuple) else (field,) * len(grid)
    if "Circular" in type(module).__name__:
        return  # over the border, units see the other end
    assert all(w <= f for w, f in zip(widest, field, strict=True))
    if inside:  # some unit sees no border
        assert tuple(widest) == field
