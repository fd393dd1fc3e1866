"""The instruments show what is known beforehand: support, symmetry, sizes, gradients."""

from dataclasses import replace

import numpy as np
import pytest

from cnnnotes.inspection import (
    ablated,
    blank_maps,
    blob_fit,
    class_responses,
    class_separation,
    dead_filters,
    duplicate_filters,
    effective_number,
    effective_receptive_field,
    effective_size,
    feature_maps,
    filter_kinds,
    gabor_fit,
    orientation_selectivity,
    orientation_tuning,
    readability,
    shift_sensitivity,
    simple_readings,
    top_patches,
)
from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.shapes import trace


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
    np.testing.assert_allclose(maps["2"], model.forward(images), rtol=1e-6)


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
        (Sequential(Flatten(), Linear(16, 2, dtype="float64", seed=0)), None, "must end in maps"),
        (ones(1), (4, 0), r"unit \(=\(4, 0\)\) must lie inside 4 × 4"),
    ],
)
def test_bad_arguments(model, unit, message):
    with pytest.raises(ValueError, match=message):
        effective_receptive_field(model, np.zeros((1, 1, 4, 4)), unit)


def patterns(size=7):
    """Filters whose kind is known beforehand."""
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    bump = np.exp(-(rows**2 + columns**2) / (0.1 * size**2))
    return {
        "gradient": columns * bump,
        "step": np.where(rows + columns > 0, 1.0, -1.0),
        "gabor": bump * np.cos(1.5 * (0.8 * columns + 0.6 * rows) + 0.4),
        "spot": bump - 0.1,
        "spot in a ring": bump - 0.5 * np.exp(-(rows**2 + columns**2) / (0.4 * size**2)),
        "box": np.ones((size, size)),
    }


NOISE = np.random.default_rng(0).normal(size=(300, 7, 7))


@pytest.mark.parametrize("size", [5, 7])
def test_gabor_fit_knows_edges_and_bars_at_any_level(size):
    known = patterns(size)
    filters = np.stack([known[name] for name in ("gradient", "step", "gabor")])
    found = gabor_fit(3 * filters + 7)
    assert (found.score > 0.8).all()
    assert (found.score > blob_fit(filters).score).all()
    varying = 3 * (filters - filters.mean(axis=(1, 2), keepdims=True))
    left = np.square(varying - found.model).sum(axis=(1, 2)) / np.square(varying).sum(axis=(1, 2))
    np.testing.assert_allclose(found.score, 1 - left, atol=1e-9)


def test_blob_fit_knows_spots():
    filters = np.stack([patterns()[name] for name in ("spot", "spot in a ring")])
    assert (blob_fit(-2 * filters + 1).score > 0.95).all()


def test_fits_find_little_in_noise_and_nothing_in_a_constant():
    assert gabor_fit(NOISE).score.max() < 0.5 and blob_fit(NOISE).score.max() < 0.5
    assert gabor_fit(np.ones((1, 7, 7))).score == 0


def test_tuning_has_its_peak_where_the_wave_runs():
    rows, columns = np.mgrid[:9, :9] - 4.0
    for degrees in (0, 45, 90, 120):
        angle = np.deg2rad(degrees)
        wave = np.cos(1.6 * (np.cos(angle) * columns + np.sin(angle) * rows))
        bump = np.exp(-(rows**2 + columns**2) / 10)
        tuning = orientation_tuning((wave * bump)[None], orientations=24)[0]
        assert tuning.argmax() * 180 / 24 == degrees


def test_selectivity_goes_from_round_to_striped():
    columns = np.arange(7) - 3.0 + np.zeros((7, 1))
    spot, gradient = patterns()["spot"], patterns()["gradient"]
    stripes = np.cos(2 * columns)
    found = orientation_selectivity(np.stack([spot, gradient, stripes]))
    assert found[0] < 0.01 and found[1] == pytest.approx(1 / 3, abs=0.03) and found[2] > 0.7


def test_kinds_of_filters():
    kinds = filter_kinds(np.stack(list(patterns().values())))
    assert kinds == ["edge"] * 3 + ["blob"] * 2 + ["level"]
    assert set(filter_kinds(NOISE)) == {"other"}


def test_a_bright_corner_has_a_slope_and_is_a_blob_all_the_same():
    rows, columns = np.mgrid[:7, :7] - 3.0
    corner = np.where(np.minimum(rows, columns) >= 0, 1.0, -1.0)[None]
    assert gabor_fit(corner).score > 0.5 and orientation_selectivity(corner) > 0.25
    assert filter_kinds(corner) == ["blob"]


@pytest.mark.parametrize("fit", [gabor_fit, blob_fit, orientation_selectivity])
@pytest.mark.parametrize(
    "filters, message",
    [
        (np.ones((2, 1, 5, 5)), r"filters \(shape \(2, 1, 5, 5\)\) must have 3 axes"),
        (np.ones((2, 2, 5)), "must be at least 3×3"),
        (np.full((1, 5, 5), np.nan), "must be finite"),
    ],
)
def test_filters_that_cannot_be_judged(fit, filters, message):
    with pytest.raises(ValueError, match=message):
        fit(filters)


def test_a_filter_of_zeros_has_no_orientation():
    with pytest.raises(ValueError, match=r"filters\[1\] must not be zero"):
        orientation_tuning(np.stack([np.ones((5, 5)), np.zeros((5, 5))]))


def four_filters(images=6):
    """Maps of four filters: alive, blank on the first image, dead, and twice the first."""
    maps = np.random.default_rng(0).random((images, 4, 5, 5))
    maps[0, 1] = 0
    maps[:, 2] = 0
    maps[:, 3] = 2 * maps[:, 0] + 1
    return maps


def test_blank_on_one_image_is_not_dead_on_all():
    maps = four_filters()
    assert blank_maps(maps)[0].tolist() == [False, True, True, False]
    assert dead_filters(maps).tolist() == [False, False, True, False]
    assert dead_filters(maps[:1]).tolist() == [False, True, True, False]


def test_duplicates_are_alike_up_to_scale_and_dead_ones_are_like_nothing():
    maps = four_filters()
    assert duplicate_filters(maps) == [(0, 3)]
    maps[:, 1] = 0
    assert duplicate_filters(maps) == [(0, 3)]
    with pytest.raises(ValueError, match=r"above \(=95\) must be a correlation"):
        duplicate_filters(maps, above=95)


def test_class_responses_are_means_of_each_class():
    maps = np.arange(6.0).reshape(3, 2, 1, 1) * np.ones((1, 1, 2, 2))
    assert class_responses(maps, np.array([0, 1, 0])).tolist() == [[2, 2], [3, 3]]


def test_separation_of_a_detector_of_its_opposite_and_of_a_constant():
    labels = np.array([0, 0, 1, 1, 1])
    values = np.array([[5.0, 0, 1, 3], [4, 0, 1, 1], [3, 1, 1, 2], [2, 1, 1, 2], [1, 1, 1, 2]])
    found = class_separation(values[:, :, None, None], labels)
    np.testing.assert_allclose(found[:, 0], [1, 0, 0.5, 0.5])
    np.testing.assert_allclose(found[:, 1], 1 - found[:, 0])


@pytest.mark.parametrize("measure", [class_responses, class_separation])
@pytest.mark.parametrize(
    "labels, message", [([0, 1], "one class an image"), ([0, 2, 2], "there is none of 1")]
)
def test_labels_that_do_not_fit(measure, labels, message):
    with pytest.raises(ValueError, match=message):
        measure(np.ones((3, 2, 4, 4)), np.array(labels))


def test_effective_number_counts_equal_shares():
    amounts = [[1, 1, 1, 1], [2, 2, 0, 0], [7, 0, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(effective_number(np.array(amounts)), [4, 2, 1, 0])
    assert 1 < effective_number(np.array([9, 1])) < 2
    with pytest.raises(ValueError, match="least: -1"):
        effective_number(np.array([1, -1]))


def test_an_ablated_filter_is_silent_inside_the_block_only():
    layer = Conv2d(1, 3, 3, seed=0)
    images = np.ones((1, 1, 4, 4), np.float32)
    before = layer.forward(images)
    with ablated(layer, 1):
        inside = layer.forward(images)
    assert (inside[:, 1] == 0).all() and (inside[:, [0, 2]] == before[:, [0, 2]]).all()
    assert (layer.forward(images) == before).all()
    with pytest.raises(ValueError, match=r"number \(=3\) must be from 0 to 2"), ablated(layer, 3):
        pass


def test_a_simple_reading_is_readable_and_a_mix_of_many_is_less_so():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(3, 1, 20, 20))
    readings = simple_readings(images)
    assert readings.shape == (3, 144, 20, 20) and readings.min() == 0
    np.testing.assert_allclose(readability(3 * readings[:, 7:8] + 1, readings), 1)
    mixed = (readings * rng.normal(size=(1, 144, 1, 1))).sum(axis=1, keepdims=True)
    assert readability(mixed, readings) < 0.7
    assert np.isnan(readability(np.zeros((3, 1, 20, 20)), readings))


def test_readings_follow_the_pooling_of_the_maps():
    readings = simple_readings(np.random.default_rng(0).normal(size=(2, 1, 16, 16)))
    pooled = Sequential(MaxPool2d(2)).forward(readings[:, 9:10])
    np.testing.assert_allclose(readability(pooled, readings), 1)
    with pytest.raises(ValueError, match="must be of the maps' images and places"):
        readability(pooled[:1], readings)


def test_bright_and_dark_readings_mirror_each_other():
    images = np.random.default_rng(1).normal(size=(1, 1, 12, 12))
    one, other = simple_readings(images), simple_readings(-images)
    np.testing.assert_allclose(one[:, :72], other[:, 72:])


def test_top_patches_hold_all_that_the_unit_reads_and_nothing_else():
    model = Sequential(
        Conv2d(2, 3, 3, padding=1), ReLU(), MaxPool2d(2), Conv2d(3, 4, 3, stride=2), seed=0
    ).to("float64")
    images = np.random.default_rng(0).normal(size=(6, 2, 15, 13))
    maps = feature_maps(model, images)["3"]
    row = trace(model, images.shape[1:]).rows[-1]
    found = top_patches(maps, images, row, 3)
    assert found.pixels.shape == (4, 3, 2, row.receptive_field, row.receptive_field)
    assert (np.diff(found.answers, axis=1) <= 0).all()
    for filter, place in np.ndindex(4, 3):
        image, (down, across) = found.images[filter, place], found.units[filter, place]
        assert found.answers[filter, place] == pytest.approx(maps[image, filter].max())
        top, left = (
            int(unit * row.effective_stride - row.effective_padding) for unit in (down, across)
        )
        other = np.random.default_rng(1).normal(size=images.shape)  # all but the patch is changed
        inside = np.isfinite(found.pixels[filter, place])
        for channel, i, j in np.argwhere(inside):
            other[image, channel, top + i, left + j] = found.pixels[filter, place, channel, i, j]
        again = feature_maps(model, other[image : image + 1])["3"][0, filter, down, across]
        assert again == pytest.approx(found.answers[filter, place])


def test_top_patches_mark_what_lies_beyond_each_border():
    images = np.ones((4, 1, 6, 6), np.float32)
    maps = np.zeros((4, 1, 6, 6), np.float32)
    corners = [(0, 0), (0, 5), (5, 0), (5, 5)]
    for image, (corner, answer) in enumerate(zip(corners, (4, 3, 2, 1), strict=True)):
        maps[image, 0][corner] = answer
    row = trace(Conv2d(1, 1, 5, padding=2, seed=0), (1, 6, 6)).rows[-1]
    found = top_patches(maps, images, row, 4)
    assert found.images.tolist() == [[0, 1, 2, 3]]
    assert found.units[0].tolist() == [list(corner) for corner in corners]
    near, far = np.arange(5) >= 2, np.arange(5) <= 2
    for patch, (rows, columns) in zip(
        found.pixels[0, :, 0], [(near, near), (near, far), (far, near), (far, far)], strict=True
    ):
        np.testing.assert_array_equal(np.isfinite(patch), np.outer(rows, columns))


def test_top_patches_need_a_known_field_and_maps_of_these_images():
    row = trace(Conv2d(1, 1, 3, seed=0), (1, 6, 6)).rows[-1]
    with pytest.raises(ValueError, match="must be made from images"):
        top_patches(np.ones((2, 1, 4, 4), np.float32), np.ones((3, 1, 6, 6), np.float32), row)
    unknown = replace(row, receptive_field=None)
    with pytest.raises(ValueError, match="must have a known receptive field"):
        top_patches(np.ones((2, 1, 4, 4), np.float32), np.ones((2, 1, 6, 6), np.float32), unknown)


def test_a_constant_image_does_not_change_when_it_moves_and_stripes_turn_over():
    stripes = np.tile(np.array([1, -1], np.float64), 4)[None, None, None].repeat(8, axis=2)
    model = Sequential(Conv2d(1, 1, 1, bias=False, dtype="float64"), seed=0)
    assert shift_sensitivity(model, np.ones((2, 1, 8, 8))) == {"input": 0, "0": 0}
    changes = shift_sensitivity(model, stripes)
    turned = 2 * (7 / 8) ** 0.5  # twice the length in seven columns of eight; the border repeats
    assert changes == pytest.approx({"input": turned / 2, "0": turned / 2})  # across, of four ways
