"""Each row of the tables on NumPy and PyTorch is run in both."""

import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader

import cnnnotes
from cnnnotes import layers, optim, torch_twin, training
from cnnnotes.site.tables import numpy_to_pytorch as tables

RNG = np.random.default_rng(0)
ARRAYS = {
    "x": RNG.normal(size=(2, 2, 6, 6)),
    "w": RNG.normal(size=(4, 2, 3, 3)),
    "b": RNG.normal(size=4),
    "g": RNG.normal(size=(2, 4, 4, 4)),
    "z": RNG.normal(size=(5, 3)),
    "m": RNG.normal(size=(7, 3)),
    "y": np.array([0, 2, 1, 1, 0]),
}
TENSORS = {
    name: torch.tensor(array, requires_grad=array.dtype == float) for name, array in ARRAYS.items()
}
BINOMIAL = torch.outer(torch.tensor([1.0, 2, 1]), torch.tensor([1.0, 2, 1])).double() / 16
OURS = {name: getattr(cnnnotes, name) for name in cnnnotes.__all__} | ARRAYS
TORCH = {"F": F, "torch": torch, "binomial": BINOMIAL.expand(2, 1, 3, 3), **TENSORS}


@pytest.mark.parametrize("row", tables.OPERATIONS, ids=lambda row: row.name)
def test_both_sides_of_a_row_give_the_same(row):
    ours = eval(row.ours, OURS)
    theirs = eval(row.torch, TORCH)
    if not isinstance(ours, tuple):
        ours, theirs = (ours,), (theirs,)
    assert len(ours) == len(theirs)
    for array, tensor in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(array, tensor.detach().numpy(), rtol=1e-10, atol=1e-10)


def test_every_operation_of_the_package_has_a_row():
    said = " ".join(row.ours for row in tables.OPERATIONS)
    operations = {name for name in cnnnotes.__all__ if not name.endswith("_backward")}
    operations -= {"__version__", "conv2d_loops", "conv2d_matrix"}  # other ways to say conv2d
    operations -= {"dropout", "dropout_mask"}  # random: `test_training_dropout_scales` below
    assert [name for name in sorted(operations) if f"{name}(" not in said] == []


def both(ours, theirs):
    """Return the two shapes, which must be equal."""
    assert tuple(ours.weight.data.shape) == tuple(theirs.weight.shape)
    return tuple(theirs.weight.shape)


def gradient(operation, *arrays):
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    operation(*tensors).sum().backward()
    return tensors[0].grad.numpy()


def layout():
    image = np.zeros((2, 3, 4, 5))
    there = torch.from_numpy(image).to(memory_format=torch.channels_last)
    assert there.shape == image.shape and there.stride() == (60, 1, 15, 3)
    assert cnnnotes.conv2d(image, np.zeros((1, 3, 1, 1))).shape == (2, 1, 4, 5)
    assert F.conv2d(there, torch.zeros(1, 3, 1, 1).double()).shape == (2, 1, 4, 5)


def weights():
    ours, theirs = layers.Conv2d(4, 6, 3, groups=2, seed=0), nn.Conv2d(4, 6, 3, groups=2)
    assert both(ours, theirs) == (6, 2, 3, 3)


def transposed_weights():
    ours = layers.ConvTranspose2d(4, 6, 3, groups=2, seed=0)
    assert both(ours, nn.ConvTranspose2d(4, 6, 3, groups=2)) == (4, 3, 3, 3)


def linear_weights():
    assert both(layers.Linear(3, 8, seed=0), nn.Linear(3, 8)) == (8, 3)


def ties():
    image = np.ones((1, 1, 4, 4))
    ours = cnnnotes.max_pool2d_backward(np.ones((1, 1, 2, 2)), image, 2)
    assert ours[0, 0].tolist() == [[1, 0, 1, 0], [0] * 4] * 2
    assert (ours == gradient(lambda x: F.max_pool2d(x, 2), image)).all()
    overlap = cnnnotes.max_pool2d_backward(np.ones((1, 1, 2, 2)), image, 3, 1)
    assert (overlap == gradient(lambda x: F.max_pool2d(x, 3, 1), image)).all()


def max_padding():
    image = np.full((1, 1, 4, 4), -1.0)
    assert (cnnnotes.max_pool2d(image, 2, padding=1) == -1).all()
    assert (F.max_pool2d(torch.tensor(image), 2, padding=1) == -1).all()
    with pytest.raises(ValueError, match="at most half"):
        cnnnotes.max_pool2d(image, 2, padding=2)
    with pytest.raises(RuntimeError, match="at most half"):
        F.max_pool2d(torch.tensor(image), 2, padding=2)


def avg_padding():
    image = np.ones((1, 1, 2, 2))
    assert (cnnnotes.avg_pool2d(image, 2, padding=1) == 0.25).all()
    assert (F.avg_pool2d(torch.tensor(image), 2, padding=1) == 0.25).all()


def same_stride():
    with pytest.raises(ValueError, match="stride"):
        cnnnotes.conv2d(ARRAYS["x"], ARRAYS["w"], stride=2, padding="same")
    with pytest.raises(RuntimeError, match="strided"):
        F.conv2d(TENSORS["x"], TENSORS["w"], stride=2, padding="same")


def same_even():
    image, weight = ARRAYS["x"], np.ones((1, 2, 2, 2))
    with warnings.catch_warnings(record=True):  # PyTorch warns once a process
        warnings.simplefilter("always")
        theirs = F.conv2d(torch.tensor(image), torch.tensor(weight), padding="same")
    ours = cnnnotes.conv2d(image, weight, padding="same")
    np.testing.assert_allclose(ours, theirs)
    after = cnnnotes.conv2d(image, weight, padding=((0, 1), (0, 1)))
    np.testing.assert_allclose(ours, after)


def logits():
    certain = np.array([[100.0, 0.0]]), np.array([0])
    assert cnnnotes.cross_entropy(*certain) < 1e-9
    assert F.cross_entropy(*map(torch.tensor, certain)) < 1e-9
    assert cnnnotes.cross_entropy(np.array([[1.0, 0.0]]), certain[1]) > 0.3
    assert F.cross_entropy(torch.tensor([[1.0, 0.0]]), torch.tensor([0])) > 0.3


def bounds():
    torch.manual_seed(0)
    for ours, theirs, fan_in in (
        (layers.Conv2d(4, 500, 3, groups=2, seed=0), nn.Conv2d(4, 500, 3, groups=2), 18),
        (layers.Linear(25, 1000, seed=0), nn.Linear(25, 1000), 25),
    ):
        for own, other in ((ours.weight, theirs.weight), (ours.bias, theirs.bias)):
            for values in (own.data, other.detach().numpy()):
                assert 0.98 < np.abs(values).max() * fan_in**0.5 <= 1 + 1e-6
                assert abs(np.abs(values).mean() * fan_in**0.5 - 0.5) < 0.05
            assert (own.data != other.detach().numpy()).any()


def stepped(kind, gradients, **arguments):
    """Return the weight of both after steps with given gradients."""
    parameter = layers.Parameter(np.array([1.0]))
    tensor = nn.Parameter(torch.ones(1, dtype=torch.float64))
    ours = getattr(optim, kind)([parameter], **arguments)
    theirs = getattr(torch.optim, kind)([tensor], **arguments)
    for value in gradients:
        parameter.grad, tensor.grad = np.array([value]), torch.tensor([value]).double()
        ours.step()
        theirs.step()
    assert abs(parameter.data[0] - tensor.item()) < 1e-12
    return tensor.item()


def momentum():
    weight, velocity = 1.0, 0.0
    for value in (1.0, 0.5, -2.0):
        velocity = 0.9 * velocity + value
        weight -= 0.1 * velocity
    assert abs(stepped("SGD", (1.0, 0.5, -2.0), lr=0.1, momentum=0.9) - weight) < 1e-12


def decay():
    # Without any gradient of its own, Adam scales the decay away to a whole step; AdamW does not.
    assert abs(stepped("Adam", [0.0], lr=0.1, weight_decay=0.01) - 0.9) < 1e-6
    assert abs(stepped("AdamW", [0.0], lr=0.1, weight_decay=0.01) - 0.999) < 1e-12


def last_batch():
    assert [len(batch) for batch in training.shuffled_batches(10, 4)] == [4, 4, 2]
    assert [len(batch) for batch in DataLoader(range(10), 4)] == [4, 4, 2]
    assert [len(batch) for batch in DataLoader(range(10), 4, drop_last=True)] == [4, 4]


def adds():
    ours, images = layers.Linear(2, 1, seed=0), np.ones((1, 2), np.float32)
    theirs = torch_twin.to_torch(ours)
    for times in (1, 2):
        ours.forward(images)
        ours.backward(np.ones((1, 1), np.float32))
        theirs(torch.from_numpy(images)).sum().backward()
        assert (ours.weight.grad == 1).all() and (theirs.weight.grad == times).all()
    theirs.zero_grad()
    assert theirs.weight.grad is None


def mode():
    model, images = layers.Sequential(layers.Linear(2, 2, seed=0)), np.ones((2, 2), np.float32)
    assert model.training and nn.Linear(2, 2).training
    training.fit(
        model,
        images,
        np.array([0, 1]),
        epochs=1,
        optimizer=optim.SGD(model.parameters()),
        progress=False,
    )
    assert not model.training
    module = nn.Linear(2, 2)
    module(torch.ones(1, 2)).sum().backward()
    torch.optim.SGD(module.parameters()).step()
    assert module.training and not module.eval().training


def dtype():
    assert (
        np.ones(1).dtype == np.float64
        and layers.Linear(1, 1, seed=0).weight.data.dtype == np.float32
    )
    assert torch.ones(1).dtype == nn.Linear(1, 1).weight.dtype == torch.float32
    assert torch.from_numpy(np.ones(1)).dtype == torch.float64


def integers():
    image, weight = np.ones((1, 1, 2, 2), int), np.ones((1, 1, 2, 2), int)
    with pytest.raises(TypeError, match="float32 or float64"):
        cnnnotes.conv2d(image, weight)
    made = F.conv2d(torch.tensor(image), torch.tensor(weight))
    assert made.dtype == torch.int64 and made.item() == 4


def batch_axis():
    with pytest.raises(ValueError, match="batch axis"):
        cnnnotes.conv2d(ARRAYS["x"][0], ARRAYS["w"])
    assert F.conv2d(TENSORS["x"][0], TENSORS["w"]).shape == (4, 4, 4)


def sides():
    weight = np.ones((1, 2, 1, 1))
    ours = cnnnotes.conv2d(ARRAYS["x"], weight, padding=((1, 2), (3, 4)))
    theirs = F.conv2d(F.pad(TENSORS["x"], (3, 4, 1, 2)), torch.tensor(weight))
    np.testing.assert_allclose(ours, theirs.detach())
    with pytest.raises(TypeError):
        F.conv2d(TENSORS["x"], torch.tensor(weight), padding=((1, 2), (3, 4)))


def in_place():
    image = -np.ones((1, 1, 2, 2))
    cnnnotes.relu(image)
    layers.ReLU().forward(image)
    assert (image == -1).all()
    for change in (nn.ReLU(inplace=True), torch.relu_):
        tensor = torch.tensor(image)
        change(tensor)
        assert (tensor == 0).all()


def memory():
    array, layer = np.zeros(1), layers.Linear(1, 1, seed=0)
    shared, twin = torch.from_numpy(array), torch_twin.to_torch(layer)
    array[0] = layer.weight.data[...] = 9
    assert shared.item() == 9 and twin.weight.item() != 9


def ignored():
    with pytest.raises(ValueError, match="-100"):
        cnnnotes.cross_entropy(np.zeros((2, 3)), np.array([0, -100]))
    values = torch.tensor([[1.0, 0.0], [5.0, 0.0]])
    left_out = F.cross_entropy(values, torch.tensor([0, -100]))
    assert left_out == F.cross_entropy(values[:1], torch.tensor([0]))


def seeds():
    def network():
        return layers.Sequential(layers.Linear(3, 3), layers.Linear(3, 3), seed=7)

    assert (network()[1].weight.data == network()[1].weight.data).all()
    torch.manual_seed(7)
    first, second = nn.Linear(3, 3), nn.Linear(3, 3)
    torch.manual_seed(7)
    again = nn.Linear(3, 3)
    assert torch.equal(first.weight, again.weight) and not torch.equal(first.weight, second.weight)


def order():
    def loaded():
        return [batch.tolist() for batch in DataLoader(range(20), 5, shuffle=True)]

    np.random.default_rng(0).random()
    first = [batch.tolist() for batch in training.shuffled_batches(20, 5, seed=3, epoch=1)]
    torch.manual_seed(1)
    assert first == [batch.tolist() for batch in training.shuffled_batches(20, 5, seed=3, epoch=1)]
    assert first != [batch.tolist() for batch in training.shuffled_batches(20, 5, seed=3, epoch=2)]
    torch.manual_seed(0)
    one, two = loaded(), loaded()
    torch.manual_seed(0)
    assert one == loaded() and one != two


def twice():
    layer = layers.Linear(2, 2, seed=0)
    with pytest.raises(ValueError, match="twice"):
        layers.Sequential(layer, layer)
    module = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        module.weight.fill_(3)
    nn.Sequential(module, module)(torch.ones(1, 1)).backward()
    assert module.weight.grad.item() == 6  # d(w²)/dw


def number():
    assert isinstance(cnnnotes.cross_entropy(ARRAYS["z"], ARRAYS["y"]), float)
    loss = F.cross_entropy(TENSORS["z"], TENSORS["y"])
    assert isinstance(loss, torch.Tensor) and loss.grad_fn is not None
    assert isinstance(loss.item(), float)


def rate():
    assert optim.SGD([layers.Parameter(np.ones(1))], lr=0.5).lr == 0.5
    assert torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.5).param_groups[0]["lr"] == 0.5


def only_here():
    for name in ("BlurPool2d", "MaxBlurPool2d", "Residual", "LocallyConnected2d"):
        assert hasattr(layers, name) and not hasattr(nn, name)


def only_there():
    assert hasattr(nn, "LSTM") and not hasattr(layers, "LSTM")


HOLDS = {
    check.__name__: check
    for check in (
        *(layout, weights, transposed_weights, linear_weights, ties, max_padding, avg_padding),
        *(same_stride, same_even, logits, bounds, momentum, decay, last_batch),
        *(adds, mode, dtype, integers, batch_axis, sides, in_place, memory, ignored, seeds),
        *(order, twice, number, rate, only_here, only_there),
    )
}


@pytest.mark.parametrize("note", tables.ALIKE + tables.DIFFERENT, ids=lambda note: note.key)
def test_a_note_holds(note):
    HOLDS[note.key]()


def test_no_check_is_left_without_a_note():
    assert list(HOLDS) == [note.key for note in tables.ALIKE + tables.DIFFERENT]


def test_training_dropout_scales():
    ours = cnnnotes.dropout(np.ones(1000), 0.75, rng=np.random.default_rng(0))
    torch.manual_seed(0)
    theirs = F.dropout(torch.ones(1000), 0.75).numpy()
    assert set(ours) == set(theirs) == {0.0, 4.0}
    assert (ours != theirs).any(), "each has its own random numbers"
