import builtins
import importlib
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from cnnnotes import layers, optim, torch_twin, training
from cnnnotes.data import load_digits
from cnnnotes.experiments import (
    data_efficiency,
    learning_or_noise,
    levels,
    minimal_pipeline,
    permuted_pixels,
    receptive_field,
    vocabulary,
)
from cnnnotes.experiments import first_layer as first_layer_experiment
from cnnnotes.inspection import (
    ablated,
    dead_filters,
    effective_receptive_field,
    feature_maps,
    shift_sensitivity,
)
from cnnnotes.layers import (
    GELU,
    BatchNorm2d,
    BlurPool2d,
    Conv2d,
    Dropout,
    Dropout2d,
    Flatten,
    GroupNorm,
    LeakyReLU,
    Linear,
    LocallyConnected2d,
    MaxBlurPool2d,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
    Softmax,
    Upsample,
)
from cnnnotes.report import report
from cnnnotes.shapes import trace
from cnnnotes.torch_twin import from_torch, to_torch


def network():
    return Sequential(
        Conv2d(2, 4, 3, padding="same", padding_mode="reflect"),
        ReLU(),
        MaxPool2d(3, 2, 1, ceil_mode=True),
        BatchNorm2d(4, momentum=None),
        Sequential(Conv2d(4, 6, (1, 2), stride=(2, 1), groups=2, bias=False), Dropout(0.25)),
        Flatten(),
        Linear(54, 3),
        seed=0,
    )


def modern_network():
    block = Sequential(
        Conv2d(4, 4, 3, padding=1, groups=4, bias=False),
        *(BatchNorm2d(4), LeakyReLU(0.1), Conv2d(4, 4, 1), GroupNorm(2, 4)),
    )
    return Sequential(
        *(Conv2d(2, 4, 3, padding=1, bias=False), BatchNorm2d(4), GELU()),
        Residual(block),
        Residual(Conv2d(4, 6, 3, 2, 1), Sequential(Conv2d(4, 6, 1, 2), BlurPool2d(3, 1))),
        *(MaxBlurPool2d(), Upsample(scale_factor=2.0, mode="bilinear"), Dropout2d(0.25)),
        *(Flatten(), Linear(48, 3), Softmax(-1)),
        seed=0,
    )


IMAGES = np.random.default_rng(0).normal(size=(5, 2, 9, 6))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("make", [network, modern_network])
def test_there_and_back(make, dtype):
    ours = make().to(dtype).eval()
    twin = to_torch(ours)
    again = from_torch(twin)
    assert not twin.training
    assert list(twin.state_dict()) == list(ours.state_dict()) == list(again.state_dict())
    for name, value in ours.state_dict().items():
        kind = "int64" if "tracked" in name else dtype
        assert str(twin.state_dict()[name].dtype) == f"torch.{kind}"
        assert (twin.state_dict()[name].numpy() == value).all()
        assert (again.state_dict()[name] == value).all()
    assert repr(again) == repr(ours)
    assert not again.training
    images = IMAGES.astype(dtype)
    expected = twin(torch.from_numpy(images)).detach()
    rtol = 1e-10 if dtype == "float64" else 1e-4
    np.testing.assert_allclose(ours(images), expected, rtol=rtol, atol=rtol)
    assert (ours(images) == again(images)).all()


def test_ours_and_the_twin_have_the_same_trace():
    ours, shape = modern_network(), IMAGES.shape[1:]
    mine, other = trace(ours, shape), trace(to_torch(ours), shape)
    assert [(row.name, row.layer, row.output_shape) for row in mine.rows] == [
        (row.name, row.layer, row.output_shape) for row in other.rows
    ]
    assert [mine.parameters, mine.macs] == [other.parameters, other.macs]


def test_the_steps_of_a_residual_are_named_as_in_pytorch():
    names = [row.name for row in trace(modern_network(), (2, 9, 6)).rows]
    assert names[4:14] == [
        *(f"3.branch.{number}" for number in range(5)),
        *("3.add", "4.branch", "4.shortcut.0", "4.shortcut.1", "4.add"),
    ]


def test_twins_share_no_memory():
    ours = network()
    twin = to_torch(ours)
    with torch.no_grad():
        twin[0].weight.zero_()
    assert (ours[0].weight.data != 0).any()
    again = from_torch(twin)
    again[0].weight.data += 1
    assert (twin[0].weight == 0).all()


@pytest.mark.parametrize(
    "module",
    [
        nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 2), 2, False, "circular"),
        nn.ConvTranspose2d(4, 6, 3, 2, 1, (1, 0), 2, False, 2),
        nn.AvgPool2d(3, 2, 1, True, False, 5),
        nn.AdaptiveAvgPool2d((None, 2)),
        nn.AdaptiveMaxPool2d(2),
        nn.Linear(3, 4, bias=False, dtype=torch.float64),
        nn.MaxPool2d(3, 2, 1, 1, ceil_mode=True),
        nn.Dropout(0.1),
        nn.Flatten(0, 2),
        nn.ReLU(inplace=True),
        nn.Sequential(),
    ],
    ids=str,
)
def test_single_modules(module):
    ours = from_torch(module)
    twin = to_torch(ours)
    assert str(twin) == str(module).replace("inplace=True", "")
    for name, value in module.state_dict().items():
        assert (twin.state_dict()[name] == value).all()


def test_state_of_a_saved_file_loads_into_torch(tmp_path):
    network().save(tmp_path / "model.npz")
    state = {
        name: torch.from_numpy(a) for name, a in np.load(tmp_path / "model.npz").items() if a.ndim
    }
    to_torch(network()).load_state_dict(state)


class OwnLinear(Linear):
    pass


@pytest.mark.parametrize(
    "layer",
    [
        LocallyConnected2d(1, 1, 3, 5, seed=0),
        Conv2d(1, 1, 3, padding=((1, 0), (1, 0)), seed=0),
        OwnLinear(2, 3, seed=0),
    ],
    ids=repr,
)
def test_layers_without_a_twin(layer):
    with pytest.raises(TypeError, match=rf"^{type(layer).__name__}\(.*has no counterpart in torch"):
        to_torch(Sequential(ReLU(), layer))


class OwnModule(nn.Linear):
    pass


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (nn.BatchNorm1d(3), r"BatchNorm1d\(3.*no counterpart in cnnnotes.layers"),
        (nn.BatchNorm2d(3, bias=False), r"with weight, running_mean.*no counterpart here"),
        (OwnModule(2, 3), r"OwnModule"),
        (nn.Sequential(nn.ReLU(), nn.LSTM(2, 3)), r"LSTM"),
        (nn.MaxPool2d(2, return_indices=True), r"return_indices=True"),
        (nn.GELU("tanh"), r"approximate='tanh'"),
        (nn.Upsample(scale_factor=2, mode="bicubic"), r"no counterpart here: mode"),
        (nn.Softmax(), r"Softmax.*no counterpart here: dim"),
    ],
)
def test_modules_without_a_twin(module, words):
    with pytest.raises(TypeError, match=words):
        from_torch(module)


def test_named_sequential_has_no_twin():
    named = nn.Sequential()
    named.add_module("first", nn.ReLU())
    with pytest.raises(TypeError, match=r"names \['first'\]"):
        from_torch(named)


def test_without_torch_the_error_says_what_to_install(monkeypatch):
    original = builtins.__import__

    def without_torch(name, *rest):
        if name.split(".")[0] == "torch":
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.delitem(sys.modules, "cnnnotes.torch_twin")
    monkeypatch.setattr(builtins, "__import__", without_torch)
    with pytest.raises(ImportError, match=r'pip install "cnnnotes\[torch\]"'):
        importlib.import_module("cnnnotes.torch_twin")
    assert layers


def test_importing_the_package_does_not_import_torch():
    program = (
        "import sys, pkgutil, cnnnotes, cnnnotes.inspection, cnnnotes.report, cnnnotes.training\n"
        "from cnnnotes.site import build, markdown\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# The networks of the chapters

CHAPTERS = {
    "minimal_pipeline": (torch_twin.minimal_pipeline(), minimal_pipeline.network(0)),
    "first_layer": (torch_twin.first_layer(), first_layer_experiment.network("digits", 0)),
    "feature_maps": (torch_twin.feature_maps(), vocabulary.network("digits", 0)),
    "learning_or_noise": (torch_twin.two_stages(5), learning_or_noise.network(0)),
    "levels": (torch_twin.levels(), levels.network("digits", 0)),
    "receptive_field": (torch_twin.receptive_field(), receptive_field.classifier(4, 0)),
    "strided": (torch_twin.strided(), permuted_pixels.cnn(0)),
    "mlp": (torch_twin.mlp(), permuted_pixels.mlp(0)),
    "mlp_wide": (torch_twin.mlp(114), data_efficiency.mlp_wide(0)),
}
DIGITS = np.random.default_rng(1).random((6, 1, 28, 28), np.float32)


def near(ours, theirs, tolerance=1e-6):
    """Check arrays to a tolerance relative to the largest number, as float32 allows."""
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * max(1, np.abs(theirs).max()))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapters_network_is_the_twin_of_ours(chapter):
    module, ours = CHAPTERS[chapter]
    twin = to_torch(ours)
    assert str(module) == str(twin)
    module.load_state_dict(twin.state_dict())
    again = from_torch(module)
    for name, value in ours.state_dict().items():
        assert value.tobytes() == again.state_dict()[name].tobytes()
    assert (module(torch.from_numpy(DIGITS)) == twin(torch.from_numpy(DIGITS))).all()
    near(ours.forward(DIGITS), twin(torch.from_numpy(DIGITS)).detach().numpy())


def test_the_module_written_by_hand_is_the_network_of_the_chapter():
    module, ours = torch_twin.MinimalPipeline(), minimal_pipeline.network(0)
    arrays = map(torch.from_numpy, ours.state_dict().values())
    module.load_state_dict(dict(zip(module.state_dict(), arrays, strict=True)))
    twin = to_torch(ours)
    assert torch.equal(module(torch.from_numpy(DIGITS)), twin(torch.from_numpy(DIGITS)))


# Training with the same batches

SPLIT = load_digits(0)
TRAINING, LABELS = SPLIT.train_images[:200].astype(float), SPLIT.train_labels[:200]

OPTIMISERS = {
    "SGD": {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.005},
    "Adam": {"lr": 0.002},
    "AdamW": {"lr": 0.002, "weight_decay": 0.1},
}


def both(kind="SGD", model=None, **options):
    """Train a network of ours and its twin alike; return both and both histories."""
    ours = model or minimal_pipeline.network(0).to("float64")
    theirs = to_torch(ours)
    options = {"epochs": 2, "batch_size": 64, "seed": 3, "progress": False} | options
    optimizer = getattr(optim, kind)(ours.parameters(), **OPTIMISERS[kind])
    torch_optimizer = getattr(torch.optim, kind)(theirs.parameters(), **OPTIMISERS[kind])
    first = training.fit(ours, TRAINING, LABELS, optimizer=optimizer, **options)
    second = torch_twin.fit(theirs, TRAINING, LABELS, optimizer=torch_optimizer, **options)
    return ours, theirs, first, second


@pytest.mark.parametrize("kind", OPTIMISERS)
def test_losses_of_100_steps_agree(kind):
    ours, theirs, first, second = both(kind, epochs=10, batch_size=20)
    assert len(first.losses) == len(second.losses) == 100
    assert first.losses[-1] < first.losses[0] / 2, "it learned, so the losses say something"
    np.testing.assert_allclose(second.losses, first.losses, rtol=0, atol=1e-6)
    for name, value in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[name], value, rtol=0, atol=1e-6)


def test_all_that_is_told_of_a_run_is_alike():
    validation = TRAINING[:50], LABELS[:50]
    seen = []
    ours, theirs, first, second = both(
        validation=validation, label_smoothing=0.1, callback=lambda history: seen.append(history)
    )
    assert [history.epochs for history in seen] == [2, 2, 2, 2]
    for name, values in vars(first).items():
        np.testing.assert_allclose(getattr(second, name), values, atol=1e-9)
    assert not theirs.training
    for own, twins in zip(
        training.evaluate(ours, *validation), torch_twin.evaluate(theirs, *validation), strict=True
    ):
        assert math.isclose(own, twins, abs_tol=1e-9)
    assert (training.predict(ours, TRAINING) == torch_twin.predict(theirs, TRAINING, 64)).all()


def test_a_schedule_is_stepped_once_a_batch():
    ours = minimal_pipeline.network(0).to("float64")
    theirs = to_torch(ours)
    optimizer = optim.SGD(ours.parameters(), lr=0.02, momentum=0.9)
    twins = torch.optim.SGD(theirs.parameters(), lr=0.02, momentum=0.9)
    first = training.fit(
        ours, TRAINING, LABELS, epochs=2, optimizer=optimizer, progress=False,
        schedule=optim.CosineAnnealingLR(optimizer, 8),
    )  # fmt: skip
    second = torch_twin.fit(
        theirs, TRAINING, LABELS, epochs=2, optimizer=twins, progress=False,
        schedule=torch.optim.lr_scheduler.CosineAnnealingLR(twins, 8),
    )  # fmt: skip
    np.testing.assert_allclose(second.learning_rates, first.learning_rates, atol=1e-12)
    np.testing.assert_allclose(second.losses, first.losses, atol=1e-9)


class Noting(Sequential):
    """A network that notes which images it is given."""

    def __init__(self, *layers):
        super().__init__(*layers)
        self.seen = []

    def forward(self, input):
        if self.training:
            self.seen.append(input[:, 0, 0, 0].astype(int).tolist())
        return super().forward(input)


@pytest.mark.parametrize(("count", "batch_size", "seed"), [(50, 8, 0), (50, 50, 1), (7, 64, 2)])
def test_batches_are_those_of_fit(count, batch_size, seed):
    images = np.arange(count, dtype=float).reshape(-1, 1, 1, 1)
    model = Noting(Flatten(), Linear(1, 2, seed=0, dtype="float64"))
    training.fit(
        model,
        images,
        np.zeros(count, int),
        epochs=3,
        optimizer=optim.SGD(model.parameters(), lr=0.0),
        batch_size=batch_size,
        seed=seed,
        progress=False,
    )
    expected = [
        batch.tolist()
        for epoch in range(3)
        for batch in training.shuffled_batches(count, batch_size, seed=seed, epoch=epoch)
    ]
    assert model.seen == expected
    assert sorted(np.concatenate(expected[: len(expected) // 3])) == list(range(count))


def test_a_twin_that_diverges_is_stopped():
    module = torch_twin.minimal_pipeline().double()
    optimizer = torch.optim.SGD(module.parameters(), lr=1e305)
    with pytest.raises(FloatingPointError, match=r"after \d+ steps; try .* lower than 1e\+305"):
        torch_twin.fit(
            module, TRAINING, LABELS, epochs=9, optimizer=optimizer, batch_size=32, progress=False
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epochs": 0}, "epochs"),
        ({"batch_size": 0}, "batch_size"),
        ({"seed": -1}, "seed"),
        ({"labels": LABELS[:5]}, r"labels \(shape \(5,\)\)"),
        ({"images": TRAINING * np.nan}, "images must be finite"),
    ],
)
def test_bad_arguments_of_fit(change, words):
    module = torch_twin.mlp().double()
    arguments = {"images": TRAINING, "labels": LABELS, "epochs": 1} | change
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=words):
        torch_twin.fit(module, optimizer=optimizer, progress=False, **arguments)


# The instruments take a module as it is

PAIRS = [
    pytest.param(minimal_pipeline.network(4), id="minimal_pipeline"),
    pytest.param(levels.network("digits", 5), id="levels"),
]


@pytest.mark.parametrize("ours", PAIRS)
def test_instruments_see_the_same_in_a_module(ours):
    theirs = to_torch(ours)
    first, second = trace(ours, (1, 28, 28)), trace(theirs, (1, 28, 28))
    assert [row.layer for row in first.rows] == [row.layer for row in second.rows]
    for name in ("output_shape", "parameters", "macs", "receptive_field", "effective_stride"):
        assert [getattr(row, name) for row in first.rows] == [
            getattr(row, name) for row in second.rows
        ]
    maps, twins = feature_maps(ours, DIGITS), feature_maps(theirs, DIGITS)
    assert list(maps) == list(twins)
    for name, values in maps.items():
        near(values, twins[name])
    assert (dead_filters(maps["1"]) == dead_filters(twins["1"])).all()
    changes, twin_changes = shift_sensitivity(ours, DIGITS), shift_sensitivity(theirs, DIGITS)
    assert list(changes) == list(twin_changes)
    np.testing.assert_allclose(list(changes.values()), list(twin_changes.values()), atol=1e-5)
    near(
        effective_receptive_field(ours[:5], DIGITS),
        effective_receptive_field(theirs[:5], DIGITS),
    )


def test_a_filter_of_a_module_is_silenced_inside_the_block_only():
    ours = minimal_pipeline.network(0)
    theirs, images = to_torch(ours), torch.from_numpy(DIGITS)
    before, state = theirs(images), {n: v.clone() for n, v in theirs.state_dict().items()}
    with ablated(ours[3], 2), ablated(theirs[3], 2):
        near(ours.forward(DIGITS), theirs(images).detach().numpy())
        assert not torch.equal(theirs(images), before)
        assert (theirs[3].weight[2] == 0).all() and theirs[3].bias[2] == 0
    assert all(torch.equal(value, state[name]) for name, value in theirs.state_dict().items())
    assert torch.equal(theirs(images), before)
    with pytest.raises(ValueError, match=r"number \(=16\)"), ablated(theirs[3], 16):
        pass
    silent = nn.Conv2d(1, 2, 3, bias=False)
    with ablated(silent, 1):
        assert (silent.weight[1] == 0).all() and (silent.weight[0] != 0).any()


def test_a_report_on_a_module_says_what_one_on_ours_says(tmp_path):
    ours, labels = minimal_pipeline.network(0), np.arange(6)
    found = report(ours, DIGITS, labels, tmp_path / "ours.html")
    twin = report(to_torch(ours), DIGITS, labels, tmp_path / "twin.html")
    assert [layer.name for layer in found.layers] == [layer.name for layer in twin.layers]
    for own, other in zip(found.layers, twin.layers, strict=True):
        assert (own.filters, own.dead, own.duplicates) == (
            other.filters,
            other.dead,
            other.duplicates,
        )
        assert math.isclose(own.change, other.change, abs_tol=1e-5)
    assert found.accuracy == pytest.approx(twin.accuracy)
    assert (tmp_path / "twin.html").stat().st_size > 1000


def test_what_varies_the_images_is_the_same_for_ours_and_the_twin():
    shown = []

    def vary(images, rng):
        shown.append(rng.integers(0, 10**6))
        return images + np.float32(0.1) * rng.normal(size=images.shape).astype(np.float32)

    images = np.random.default_rng(0).random((10, 1, 4, 4), np.float32)
    labels = np.arange(10) % 3
    ours = Sequential(Flatten(), Linear(16, 3), seed=0)
    twin = to_torch(ours)
    settings = {"epochs": 2, "batch_size": 4, "seed": 5, "augment": vary, "progress": False}
    mine = training.fit(
        ours, images, labels, optimizer=optim.SGD(ours.parameters(), lr=0.1), **settings
    )
    theirs = torch_twin.fit(
        twin, images, labels, optimizer=torch.optim.SGD(twin.parameters(), 0.1), **settings
    )
    assert shown[:6] == shown[6:] and len(set(shown)) == 6, "another draw for each batch"
    np.testing.assert_allclose(mine.losses, theirs.losses, rtol=1e-5)
