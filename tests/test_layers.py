import json

import numpy as np
import pytest
import torch
from gradient_check import assert_gradients
from torch import nn

from cnnnotes.conv import conv2d
from cnnnotes.files import load_arrays, save_arrays
from cnnnotes.layers import (
    GELU,
    LAYERS,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm2d,
    BlurPool2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Dropout2d,
    Flatten,
    GroupNorm,
    Layer,
    LeakyReLU,
    Linear,
    LocallyConnected2d,
    MaxBlurPool2d,
    MaxPool2d,
    Parameter,
    ReLU,
    Residual,
    Sequential,
    Softmax,
    Upsample,
)
from cnnnotes.saving import load_model


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def small_network(seed=0):
    return Sequential(
        Conv2d(2, 4, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Dropout(0.25),
        Flatten(),
        Linear(36, 5),
        seed=seed,
    )


IMAGES = (3, 4, 7, 6)
SAMPLES = [
    (Conv2d(4, 6, 3), IMAGES),
    (Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(2, 1), dilation=2, bias=False), IMAGES),
    (Conv2d(4, 6, 3, groups=2, padding="same", init="he"), IMAGES),
    (Conv2d(4, 2, 3, stride=2, padding=1, padding_mode="reflect"), IMAGES),
    (Conv2d(4, 2, (3, 4), padding="same", padding_mode="replicate"), IMAGES),
    (Conv2d(4, 2, 3, padding=(2, 3), padding_mode="circular"), IMAGES),
    (Conv2d(4, 2, 3, padding=((1, 0), (2, 1))), IMAGES),
    (Conv2d(4, 2, 3, padding=((1, 0), (2, 1)), padding_mode="reflect"), IMAGES),
    (ConvTranspose2d(4, 6, 3), IMAGES),
    (ConvTranspose2d(4, 6, (3, 2), 2, 1, (1, 0), groups=2, bias=False, dilation=2), IMAGES),
    (LocallyConnected2d(4, 2, (3, 2), (7, 6), stride=2, padding=1), IMAGES),
    (LocallyConnected2d(4, 2, 3, (7, 6), padding=((1, 0), (0, 2)), bias=False), IMAGES),
    (Linear(6, 3), IMAGES),
    (Linear(6, 3, bias=False), (5, 6)),
    (MaxPool2d(2), IMAGES),
    (MaxPool2d(3, 2, 1, ceil_mode=True), IMAGES),
    (AvgPool2d(2), IMAGES),
    (AvgPool2d((3, 2), 2, 1, True, False), IMAGES),
    (AvgPool2d(2, divisor_override=3), IMAGES),
    (BlurPool2d(), IMAGES),
    (BlurPool2d(4, (1, 3)), IMAGES),
    (AdaptiveAvgPool2d(1), IMAGES),
    (AdaptiveAvgPool2d((3, None)), IMAGES),
    (AdaptiveMaxPool2d((3, 2)), IMAGES),
    (BatchNorm2d(4), IMAGES),
    (BatchNorm2d(4, 0.1, None, affine=False), IMAGES),
    (BatchNorm2d(4, track_running_stats=False).eval(), IMAGES),
    (BatchNorm2d(4).eval(), IMAGES),
    (GroupNorm(2, 4), IMAGES),
    (GroupNorm(4, 4, 0.1, affine=False), IMAGES),
    (MaxBlurPool2d(), IMAGES),
    (MaxBlurPool2d(4, (1, 3), 3), IMAGES),
    (Upsample((5, 9)), IMAGES),
    (Upsample(scale_factor=(2, 1.5), mode="bilinear", align_corners=True), IMAGES),
    (LeakyReLU(0.2), IMAGES),
    (GELU(), IMAGES),
    (Softmax(1), IMAGES),
    (Dropout2d(0.3).eval(), IMAGES),
    (Residual(Sequential(Conv2d(4, 4, 3, padding=1), ReLU())), IMAGES),
    (Residual(Conv2d(4, 2, 3, 2, 1), Conv2d(4, 2, 1, 2)), IMAGES),
    (ReLU(), IMAGES),
    (Dropout(0.3).eval(), IMAGES),
    (Flatten(), IMAGES),
    (Flatten(2, 3), IMAGES),
    (Sequential(Conv2d(4, 2, 3), ReLU(), Sequential(Flatten(), Linear(40, 3))), IMAGES),
]
for sample, _ in SAMPLES:
    sample.reset_parameters(0)
each_layer = pytest.mark.parametrize(
    ("layer", "shape"), SAMPLES, ids=lambda value: repr(value)[:60]
)
EXACT_TWINS = [
    (layer, shape)
    for layer, shape in SAMPLES
    if not isinstance(layer, LocallyConnected2d | BlurPool2d | Residual | Sequential)
    and "((" not in repr(layer)
]


def rebuild(layer):
    if type(layer) in (Sequential, Residual):
        return type(layer)(*map(rebuild, layer.children().values()))
    again = eval(repr(layer))
    again.reset_parameters(0)
    return again.train(layer.training)


def in_float64(layer, seed=1):
    rebuilt = rebuild(layer).to(np.float64)
    rebuilt.reset_parameters(seed)
    return rebuilt


def twin_of(layer):
    """Built here by hand, so that `torch_twin` is not tested with itself."""
    arguments = layer.arguments()
    arguments.pop("init", None)
    arguments.pop("dtype", None)
    twin = getattr(nn, type(layer).__name__)(**arguments).double().train(layer.training)
    twin.load_state_dict({name: torch.tensor(a) for name, a in layer.state_dict().items()})
    return twin


def test_every_kind_has_a_sample():
    assert set(LAYERS) == {type(layer).__name__ for layer, _ in SAMPLES} - {
        "Sequential",
        "Residual",
    }


@pytest.mark.parametrize(("layer", "shape"), EXACT_TWINS, ids=lambda value: repr(value)[:60])
def test_forward_and_backward_are_those_of_torch(layer, shape):
    layer = in_float64(layer)
    twin = twin_of(layer)
    images = normal(*shape)
    tensor = torch.tensor(images, requires_grad=True)
    expected = twin(tensor)
    np.testing.assert_allclose(layer(images), expected.detach(), rtol=1e-10, atol=1e-13)
    grad_output = normal(*expected.shape, seed=1)
    expected.backward(torch.tensor(grad_output))
    np.testing.assert_allclose(layer.backward(grad_output), tensor.grad, rtol=1e-10, atol=1e-13)
    for name, theirs in twin.named_parameters():
        ours = layer.named_parameters()[name].grad
        np.testing.assert_allclose(ours, theirs.grad, rtol=1e-10, atol=1e-12)


@each_layer
def test_gradients(layer, shape):
    layer = in_float64(layer)
    images = normal(1, *shape[1:])
    grad_output = normal(*layer(images).shape, seed=1)
    parameters = layer.parameters()
    grad_input = layer.backward(grad_output, needs_input_grad=True)

    def run(images, *values):
        for parameter, value in zip(parameters, values, strict=True):
            parameter.data = value
        return layer(images)

    values = [parameter.data for parameter in parameters]
    gradients = [grad_input, *(parameter.grad for parameter in parameters)]
    assert_gradients(run, [images, *values], gradients, grad_output)


@each_layer
def test_gradients_are_set_not_added_and_the_input_gradient_is_optional(layer, shape):
    layer = in_float64(layer)
    grad_output = normal(*layer(normal(*shape)).shape, seed=1)
    layer.backward(grad_output, needs_input_grad=True)
    before = [parameter.grad.copy() for parameter in layer.parameters()]
    assert layer.backward(grad_output, needs_input_grad=False) is None
    for parameter, grad in zip(layer.parameters(), before, strict=True):
        np.testing.assert_allclose(parameter.grad, grad, rtol=1e-12, atol=1e-12)


@each_layer
def test_repr_makes_the_layer_again(layer, shape):
    again = rebuild(layer)
    assert type(again) is type(layer)
    assert again.architecture() == layer.architecture()
    assert layer(normal(*shape, dtype=np.float32)).dtype == np.float32
    assert repr(again) == repr(layer)


def test_repr_by_hand():
    assert (
        repr(Conv2d(1, 8, 3, padding=1, bias=False, seed=3))
        == "Conv2d(1, 8, 3, padding=1, bias=False)"
    )
    assert repr(Linear(2, 3, dtype=np.float64, seed=0)) == "Linear(2, 3, dtype='float64')"
    assert repr(Sequential(ReLU(), Sequential(MaxPool2d(2)))) == (
        "Sequential(\n  (0): ReLU()\n  (1): Sequential(\n    (0): MaxPool2d(2)\n  )\n)"
    )
    assert repr(Sequential()) == "Sequential()"


@each_layer
def test_backward_comes_after_forward(layer, shape):
    fresh = rebuild(layer)
    if not isinstance(fresh, Sequential):
        with pytest.raises(ValueError, match="call forward before backward"):
            fresh.backward(normal(*shape))


def test_locally_connected_by_explicit_loop():
    layer = LocallyConnected2d(
        2, 3, (2, 3), (5, 6), stride=(1, 2), padding=1, dtype=np.float64, seed=0
    )
    images = normal(2, 2, 5, 6)
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    output = layer(images)
    assert output.shape == (2, 3, 6, 3)
    for n, o, i, j in np.ndindex(output.shape):
        window = padded[n, :, i : i + 2, 2 * j : 2 * j + 3]
        expected = (window * layer.weight.data[i, j, o]).sum() + layer.bias.data[i, j, o]
        assert output[n, o, i, j] == pytest.approx(expected, rel=1e-12)


def test_locally_connected_with_tied_weights_is_a_convolution():
    conv = Conv2d(2, 3, 3, stride=2, padding=1, dtype=np.float64, seed=0)
    local = LocallyConnected2d(2, 3, 3, (7, 6), stride=2, padding=1, dtype=np.float64)
    local.weight.data[...] = conv.weight.data
    local.bias.data[...] = conv.bias.data
    images = normal(2, 2, 7, 6)
    grad_output = normal(2, 3, 4, 3, seed=1)
    np.testing.assert_allclose(local(images), conv(images), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(
        local.backward(grad_output), conv.backward(grad_output), rtol=1e-10, atol=1e-14
    )
    np.testing.assert_allclose(local.weight.grad.sum((0, 1)), conv.weight.grad, rtol=1e-10)
    np.testing.assert_allclose(local.bias.grad.sum((0, 1)), conv.bias.grad, rtol=1e-10)


@pytest.mark.parametrize(
    "layer",
    [
        Conv2d(6, 40, 5, groups=2, seed=0),
        ConvTranspose2d(40, 6, 5, groups=2, seed=0),
        Linear(75, 100, seed=0),
    ],
    ids=repr,
)
def test_pytorch_init_has_the_bound_and_spread_of_torch(layer):
    torch.manual_seed(0)
    twin = twin_of(layer.to(np.float64))
    twin.reset_parameters()
    ours, theirs = layer.weight.data, twin.weight.detach().numpy()
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.01)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    assert ours.mean() == pytest.approx(0, abs=0.01)
    assert 0 < np.abs(layer.bias.data).min() < np.abs(layer.bias.data).max() <= 1 / np.sqrt(75)


def test_he_init():
    layer = Conv2d(8, 64, 3, init="he", seed=0)
    assert layer.weight.data.std() == pytest.approx(np.sqrt(2 / 72), rel=0.05)
    assert (layer.bias.data == 0).all()
    assert LocallyConnected2d(8, 4, 3, 5, seed=0).fan_in() == 72


def test_one_seed_fixes_a_network():
    one, other, third = (small_network(seed=seed) for seed in (0, 0, 1))
    images = normal(2, 2, 6, 6, dtype=np.float32)
    assert (one(images) == other(images)).all()
    assert (one(images) != third(images)).any()
    assert (one[0].weight.data != one[0].weight.data[0]).any()


def test_without_a_seed_layers_stay_as_they_are():
    conv = Conv2d(1, 2, 3, seed=0)
    weight = conv.weight.data.copy()
    assert (Sequential(conv)[0].weight.data == weight).all()
    assert (conv.weight.data == Conv2d(1, 2, 3, seed=0).weight.data).all()


def test_seed_draws_the_same_in_both_dtypes():
    single, double = (Linear(3, 4, dtype=dtype, seed=0) for dtype in ("float32", "float64"))
    assert (single.weight.data == double.weight.data.astype(np.float32)).all()
    assert double.weight.data.dtype == np.float64


def test_dropout_layer():
    layer = Dropout(0.5, seed=0)
    ones = np.ones((50, 50), np.float32)
    first, second = layer(ones), layer(ones)
    assert (first != second).any()
    assert (layer.backward(ones) == second).all()
    assert layer.backward(ones, needs_input_grad=False) is None
    layer.eval()
    assert (layer(ones) == ones).all()
    assert (layer.backward(ones) == ones).all()
    assert (Dropout(0.5, seed=0)(ones) == first).all()
    assert (Dropout(0.5, seed=1)(ones) != first).any()


def test_modes_reach_all_layers():
    network = Sequential(Dropout(), Sequential(Dropout()))
    assert all(layer.training for layer in network.modules())
    assert network.eval() is network
    assert not any(layer.training for layer in network.modules())
    assert all(layer.training for layer in network.train().modules())


def test_names_are_those_of_torch():
    network = Sequential(
        Conv2d(1, 2, 3), ReLU(), Sequential(Linear(2, 3), Linear(3, 1, bias=False)), seed=0
    )
    twin = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1, bias=False))
    )
    assert list(network.state_dict()) == list(twin.state_dict())
    assert len(network.parameters()) == 5
    assert [type(layer).__name__ for layer in network.modules()] == [
        type(module).__name__ for module in twin.modules()
    ]


def test_sequential_is_a_sequence():
    network = small_network()
    assert len(network) == 6
    assert [type(layer) for layer in network][:2] == [Conv2d, ReLU]
    assert network[-1] is network.layers[5]
    assert network[:2].layers == network.layers[:2]


def test_sequential_gives_the_input_gradient_only_when_asked():
    network = Sequential(MaxPool2d(2), Conv2d(2, 3, 3), ReLU(), seed=0)
    images = normal(1, 2, 8, 8, dtype=np.float32)
    grad_output = np.ones_like(network(images))
    assert network.backward(grad_output) is None
    assert network[1].weight.grad is not None
    assert network.backward(grad_output, needs_input_grad=True).shape == images.shape


def test_sequential_computes_nothing_before_its_first_weights():
    class Untouched(ReLU):
        def backward(self, grad_output, needs_input_grad=True):
            raise AssertionError("nobody asked")

    network = Sequential(Untouched(), Sequential(Conv2d(1, 1, 1), ReLU()), seed=0)
    network.backward(np.ones_like(network(np.ones((1, 1, 2, 2), np.float32))))
    assert network[1][0].weight.grad is not None
    asked = []

    class Spy(Linear):
        def backward(self, grad_output, needs_input_grad=True):
            asked.append(needs_input_grad)
            return super().backward(grad_output, needs_input_grad)

    network = Sequential(Spy(2, 2), Spy(2, 2), seed=0)
    network.backward(np.ones_like(network(np.ones((1, 2), np.float32))))
    assert asked == [True, False]
    without_weights = Sequential(Untouched())
    without_weights(np.ones((1, 1), np.float32))
    assert without_weights.backward(np.ones((1, 1))) is None


def test_errors_say_which_layer():
    network = Sequential(Conv2d(1, 2, 3), Flatten(), Linear(50, 3), seed=0)
    with pytest.raises(ValueError, match="in_features to 32") as caught:
        network(np.ones((1, 1, 6, 6), np.float32))
    assert caught.value.__notes__ == ["in layer 2: Linear(50, 3)"]


def test_state_dict_is_a_copy_and_loads():
    one, other = small_network(seed=0), small_network(seed=1)
    data = other[0].weight.data
    state = one.state_dict()
    other.load_state_dict(state)
    assert other[0].weight.data is data
    assert (data == one[0].weight.data).all()
    state["0.weight"][...] = 7
    assert (one[0].weight.data != 7).all()
    assert (data != 7).all()


def test_state_that_does_not_fit_changes_nothing():
    network = small_network(seed=0)
    state = network.state_dict()
    wrong = {"0.weight": state["0.weight"] + 1, "6.weight": np.zeros(3)}
    words = r"missing \['0.bias', '5.bias', '5.weight'\], unexpected \['6.weight'\]"
    with pytest.raises(ValueError, match=words):
        network.load_state_dict(wrong)
    wrong = {name: value + 1 for name, value in state.items()} | {"5.bias": np.zeros(4)}
    with pytest.raises(ValueError, match=r"state\['5.bias'\] \(shape \(4,\)\).*\(5,\)"):
        network.load_state_dict(wrong)
    for name, value in network.state_dict().items():
        assert (value == state[name]).all()


def test_to_changes_the_dtype_of_everything():
    network = small_network(seed=0)
    network[0].weight.grad = network[0].weight.data
    assert network.to(np.float64) is network
    assert {value.dtype for value in network.state_dict().values()} == {np.dtype(np.float64)}
    assert network[0].weight.grad is None
    assert network[0].dtype == "float64"
    assert network.eval()(normal(1, 2, 6, 6)).dtype == np.float64


@each_layer
def test_a_saved_model_is_built_again(layer, shape, tmp_path):
    path = tmp_path / "model.npz"
    layer = in_float64(layer).to(np.float32)
    layer.save(path)
    again = load_model(path).eval()
    images = normal(*shape, dtype=np.float32)
    assert (again(images) == layer.eval()(images)).all()
    assert repr(again) == repr(layer)
    assert [file.name for file in tmp_path.iterdir()] == ["model.npz"]


def test_load_reads_weights_only(tmp_path):
    one, other = small_network(seed=0), small_network(seed=1)
    one.save(tmp_path / "model.npz")
    other.load(tmp_path / "model.npz")
    assert (one[5].weight.data == other[5].weight.data).all()
    with pytest.raises(ValueError, match="missing"):
        Sequential(Linear(3, 2, seed=0)).load(tmp_path / "model.npz")


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.npz"
    save_arrays(path, {"a": np.ones(2)})
    with pytest.raises(ValueError, match="Object arrays"):
        save_arrays(path, {"a": np.array([None])})
    assert (load_arrays(path)["a"] == 1).all()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_save_does_not_write_into_the_old_file(tmp_path):
    path = tmp_path / "model.npz"
    save_arrays(path, {"a": np.zeros(2)})
    before = path.read_bytes()
    with path.open("rb") as still_reading:
        save_arrays(path, {"a": np.ones(3)})
        assert still_reading.read() == before
    assert load_arrays(path)["a"].tolist() == [1, 1, 1]


def test_damaged_files(tmp_path):
    path = tmp_path / "model.npz"
    with pytest.raises(FileNotFoundError):
        load_model(path)
    small_network().save(path)
    whole = path.read_bytes()
    for damaged in (b"", b"not a zip", whole[:500], whole[: len(whole) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"model\.npz is no readable \.npz file"):
            load_model(path)
    save_arrays(path, {"0.weight": np.ones(2)})
    with pytest.raises(ValueError, match=r"model\.npz holds no architecture"):
        load_model(path)
    np.save(tmp_path / "array.npy", np.ones(2))
    with pytest.raises(ValueError, match=r"array\.npy is no readable"):
        load_model(tmp_path / "array.npy")


@pytest.mark.parametrize(
    ("architecture", "words"),
    [
        ("{", "holds no network"),
        ("[]", "holds no network"),
        ('{"kind": "Exploit", "arguments": {}}', "layer kind 'Exploit' is none of Conv2d"),
        ('{"kind": "ReLU"}', "arguments"),
        ('{"kind": "Linear", "arguments": {"in_features": 2}}', "out_features"),
        ('{"kind": "Linear", "arguments": {"in_features": 0, "out_features": 2}}', "in_features"),
        ('{"kind": "ReLU", "arguments": {}}', r"unexpected \['weight'\]"),
    ],
)
def test_architectures_that_cannot_be_built(tmp_path, architecture, words):
    path = tmp_path / "model.npz"
    save_arrays(path, {"architecture": np.asarray(architecture), "weight": np.ones(2)})
    with pytest.raises(ValueError, match=words):
        load_model(path)


class Scaled(Layer):
    """A layer as a reader would write it."""

    def __init__(self, inner):
        self.inner = inner
        self.scale = Parameter(np.ones(1, np.float32))

    def forward(self, input):
        return input + self.scale.data * self.inner(input)

    def backward(self, grad_output, needs_input_grad=True):
        raise NotImplementedError


def test_layers_of_your_own(tmp_path):
    network = Sequential(Scaled(Conv2d(1, 1, 3, padding=1)), seed=0)
    assert list(network.state_dict()) == ["0.scale", "0.inner.weight", "0.inner.bias"]
    assert repr(network) == "Sequential(\n  (0): Scaled(Conv2d(1, 1, 3, padding=1))\n)"
    before = network[0].inner.weight.data.copy()
    network.reset_parameters(1)
    assert (network[0].inner.weight.data != before).any()
    with pytest.raises(TypeError, match=r"Scaled.*is not one of"):
        network.save(tmp_path / "model.npz")
    assert not list(tmp_path.iterdir())


def test_a_layer_is_abstract():
    with pytest.raises(NotImplementedError):
        Layer()(np.ones(1))
    with pytest.raises(NotImplementedError):
        Layer().backward(np.ones(1))


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_the_layer_does_not_change_its_input(mode):
    images = normal(2, 1, 5, 5, dtype=np.float32)
    images.flags.writeable = False
    layer = Conv2d(1, 2, 3, padding=1, padding_mode=mode, seed=0)
    output = layer(images)
    grad_output = np.ones_like(output)
    grad_output.flags.writeable = False
    assert layer.backward(grad_output).shape == images.shape
    if mode == "zeros":
        assert (output == conv2d(images, layer.weight.data, layer.bias.data, padding=1)).all()


def filled(**padding):
    return Conv2d(1, 1, 3, **padding, seed=0)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: Conv2d(3, 4, 3, groups=2), ValueError, r"in_channels \(=3\) must be divisible"),
        (lambda: Conv2d(0, 4, 3), ValueError, r"in_channels \(=0\)"),
        (lambda: Conv2d(3, 4.0, 3), TypeError, r"out_channels \(=4.0\)"),
        (lambda: Conv2d(3, 4, 0), ValueError, r"kernel_size \(=0\)"),
        (lambda: Conv2d(3, 4, 3, stride=0), ValueError, r"stride \(=0\)"),
        (lambda: Conv2d(3, 4, 3, dilation=0), ValueError, r"dilation \(=0\)"),
        (lambda: Conv2d(3, 4, 3, padding=-1), ValueError, r"padding \(=-1\)"),
        (lambda: Conv2d(3, 4, 3, padding="full"), ValueError, r"padding \(='full'\)"),
        (lambda: Conv2d(3, 4, 3, stride=2, padding="same"), ValueError, "padding 'same' keeps"),
        (lambda: Conv2d(3, 4, 3, padding_mode="mirror"), ValueError, r"padding_mode \(='mirror'\)"),
        (lambda: Conv2d(3, 4, 3, init="xavier"), ValueError, r"init \(='xavier'\)"),
        (lambda: Conv2d(3, 4, 3, dtype=int), TypeError, r"dtype \(=<class 'int'>\)"),
        (
            lambda: filled(padding=3, padding_mode="reflect")(np.ones((1, 1, 3, 9), "f")),
            ValueError,
            r"padding \(=3\) with padding_mode 'reflect' must be at most 2.*\(1, 1, 3, 9\)",
        ),
        (
            lambda: filled(padding=4, padding_mode="circular")(np.ones((1, 1, 3, 9), "f")),
            ValueError,
            "must be at most 3",
        ),
        (
            lambda: filled(padding_mode="circular")(np.ones((1, 3, 9), "f")),
            ValueError,
            r"add the batch axis",
        ),
        (lambda: Linear(0, 4), ValueError, r"in_features \(=0\)"),
        (lambda: Linear(4, -1), ValueError, r"out_features \(=-1\)"),
        (lambda: LocallyConnected2d(1, 1, 5, 4), ValueError, "kernel_size"),
        (
            lambda: LocallyConnected2d(1, 1, 3, 4, seed=0)(np.ones((1, 1, 5, 4), "f")),
            ValueError,
            r"input \(shape \(1, 1, 5, 4\)\) must be \(N, 1, 4, 4\)",
        ),
        (lambda: LocallyConnected2d(1, 1, 3, 4, seed=0)(normal(1, 1, 4, 4)), TypeError, "float32"),
        (lambda: MaxPool2d(0)(normal(*IMAGES)), ValueError, r"kernel_size \(=0\)"),
        (lambda: MaxPool2d(2, padding=2)(normal(*IMAGES)), ValueError, "2 is more than half of 2"),
        (lambda: Dropout(2), ValueError, r"p \(=2\)"),
        (lambda: Dropout()([1.0]), TypeError, "input"),
        (lambda: Sequential(Linear(1, 1, seed=0), ReLU), TypeError, r"layers\[1\].*try ReLU\(\)"),
        (
            lambda: Sequential([ReLU()]),
            TypeError,
            r"layers\[0\] \(=\[ReLU\(\)\]\) must be a layer$",
        ),
    ],
)
def test_bad_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_layer_may_not_be_there_twice():
    relu = ReLU()
    with pytest.raises(ValueError, match=r"layers\[2\] \(=ReLU\(\)\) is there twice"):
        Sequential(relu, Linear(1, 1, seed=0), relu)


def test_architecture_is_plain_json():
    network = Sequential(Conv2d(1, 2, (3, 3)), ReLU(), seed=0)
    assert json.loads(json.dumps(network.architecture())) == {
        "kind": "Sequential",
        "layers": [
            {
                "kind": "Conv2d",
                "arguments": {
                    "in_channels": 1,
                    "out_channels": 2,
                    "kernel_size": [3, 3],
                    "stride": 1,
                    "padding": 0,
                    "dilation": 1,
                    "groups": 1,
                    "bias": True,
                    "padding_mode": "zeros",
                    "init": "pytorch",
                    "dtype": "float32",
                },
            },
            {"kind": "ReLU", "arguments": {}},
        ],
    }
