import builtins
import importlib
import sys

import numpy as np
import pytest
import torch
from torch import nn

from cnnnotes import layers
from cnnnotes.layers import (
    BlurPool2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    LocallyConnected2d,
    MaxPool2d,
    ReLU,
    Sequential,
)
from cnnnotes.torch_twin import from_torch, to_torch


def network():
    return Sequential(
        Conv2d(2, 4, 3, padding="same", padding_mode="reflect"),
        ReLU(),
        MaxPool2d(3, 2, 1, ceil_mode=True),
        Sequential(Conv2d(4, 6, (1, 2), stride=(2, 1), groups=2, bias=False), Dropout(0.25)),
        Flatten(),
        Linear(54, 3),
        seed=0,
    )


IMAGES = np.random.default_rng(0).normal(size=(5, 2, 9, 6))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_there_and_back(dtype):
    ours = network().to(dtype).eval()
    twin = to_torch(ours)
    again = from_torch(twin)
    assert not twin.training
    assert list(twin.state_dict()) == list(ours.state_dict()) == list(again.state_dict())
    for name, value in ours.state_dict().items():
        assert str(twin.state_dict()[name].dtype) == f"torch.{dtype}"
        assert (twin.state_dict()[name].numpy() == value).all()
        assert (again.state_dict()[name] == value).all()
    assert repr(again) == repr(ours)
    assert not again.training
    images = IMAGES.astype(dtype)
    expected = twin(torch.from_numpy(images)).detach()
    rtol = 1e-10 if dtype == "float64" else 1e-4
    np.testing.assert_allclose(ours(images), expected, rtol=rtol, atol=rtol)
    assert (ours(images) == again(images)).all()


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
        LocallyConnected2d(1, 1, 3, 5),
        BlurPool2d(5),
        Conv2d(1, 1, 3, padding=((1, 0), (1, 0))),
        OwnLinear(2, 3),
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
        (nn.BatchNorm2d(3), r"BatchNorm2d\(3.*no counterpart in cnnnotes.layers"),
        (OwnModule(2, 3), r"OwnModule"),
        (nn.Sequential(nn.ReLU(), nn.LSTM(2, 3)), r"LSTM"),
        (nn.MaxPool2d(2, return_indices=True), r"return_indices=True"),
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
