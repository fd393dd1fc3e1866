"""The instruments show what is known beforehand: support, symmetry, sizes, gradients."""

import numpy as np
import pytest

from cnnnotes.inspection import effective_receptive_field, effective_size, feature_maps
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential


def ones(depth):
    layers = [Conv2d(1, 1, 3, padding=1, bias=False, dtype="float64") for _ in range(depth)]
    for layer in layers:
        layer.weight.data[:] = 1
    return Sequential(*layers)


def test_feature_maps_are_what_each_layer_returns():
    model = Sequential(Conv2d(1, 2, 3), ReLU(), MaxPool2d(2), seed=0)
    images = np.random.default_rng(0).normal(size=(3, 1, 8, 8)).astype(np.float32)
    maps = feature_maps(model, images)
    assert [shown.shape for shown in maps.values()] == [(3, 2, 6, 6), (3, 2, 6, 6), (3, 2, 3, 3)]
    np.testing.assert_array_equal(maps["1"], np.maximum(maps["0"], 0))
    np.testing.assert_array_equal(maps["2"], model.forward(images))


def test_feature_maps_want_a_sequential():
    with pytest.raises(TypeError, match=r"model \(=ReLU\) must be a Sequential"):
        feature_maps(ReLU(), np.zeros((1, 1, 2, 2), np.float32))


def test_field_of_one_layer_is_its_window():
    field = effective_receptive_field(ones(1), np.zeros((4, 1, 9, 9)))
    rows, columns = np.nonzero(field)
    assert sorted(set(rows)) == sorted(set(columns)) == [3, 4, 5]
    assert np.ptp(field[3:6, 3:6]) < 1e-12


def test_field_of_two_layers_counts_paths():
    field = effective_receptive_field(ones(2), np.zeros((4, 1, 9, 9)))
    paths = np.array([1, 2, 3, 2, 1])
    np.testing.assert_allclose(field[2:7, 2:7] / field[2, 2], np.outer(paths, paths))


def test_field_of_a_unit_at_the_border_is_cut_off():
    field = effective_receptive_field(ones(1), np.zeros((1, 1, 9, 9)), unit=(0, 8))
    assert {tuple(place) for place in np.argwhere(field)} == {(0, 7), (0, 8), (1, 7), (1, 8)}


def test_field_is_the_root_mean_square_of_the_gradients():
    model = Sequential(Conv2d(2, 3, 3, dtype="float64"), seed=0)
    images = np.random.default_rng(0).normal(size=(5, 2, 5, 5))
    field = effective_receptive_field(model, images, unit=(1, 1), seed=7)
    mixes = np.random.default_rng(7).normal(size=(5, 3))
    gradients = np.einsum("no,ochw->nchw", mixes, model[0].weight.data)
    np.testing.assert_allclose(field[1:4, 1:4], np.sqrt((gradients**2).mean(axis=(0, 1))))


def test_images_and_weights_stay_as_they_are():
    model, images = ones(2), np.ones((1, 1, 6, 6))
    effective_receptive_field(model, images)
    assert (images == 1).all() and (model[0].weight.data == 1).all()


def test_effective_size_leaves_out_what_hardly_counts():
    field = np.zeros((5, 5))
    field[1:4, 1:4] = 1
    field[0, 0] = 0.045
    assert effective_size(field) == 3
    field[0, 0] = 0.046
    assert effective_size(field) == pytest.approx(10**0.5)


def test_a_blind_unit_has_no_size():
    with pytest.raises(ValueError, match="zero throughout"):
        effective_size(np.zeros((3, 3)))


@pytest.mark.parametrize(
    "model, unit, message",
    [
        (Sequential(Flatten(), Linear(16, 2, dtype="float64")), None, "must end in maps"),
        (ones(1), (4, 0), r"unit \(=\(4, 0\)\) must lie inside 4 × 4"),
    ],
)
def test_bad_arguments(model, unit, message):
    with pytest.raises(ValueError, match=message):
        effective_receptive_field(model, np.zeros((1, 1, 4, 4)), unit)
