"""Where it looks, on the page: every instrument, what it can't tell, and its control."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from cnnnotes.data import load_digits
from cnnnotes.inspection import occlusion, randomised, saliency
from cnnnotes.layers import Conv2d, Flatten, Linear, ReLU, Sequential
from cnnnotes.reference import reference
from cnnnotes.report import report
from cnnnotes.report.gallery import INSTRUMENTS, gallery
from cnnnotes.torch_twin import to_torch

SECTIONS = ("What excites a class", "While the first image moves", "What a filter is made of")


@pytest.fixture(scope="module")
def digits():
    return load_digits(0).test_images[:4]


def page(model, images, folder):
    report(model, images, None, folder / "report.html")
    return (folder / "report.html").read_text()


def test_the_page_shows_every_instrument_and_says_what_it_cannot_tell(digits, tmp_path):
    text = page(reference("digits_pooled"), digits, tmp_path)
    assert [text.index(f"<h3>{name}</h3>") for name in (*INSTRUMENTS, *SECTIONS)] == sorted(
        text.index(f"<h3>{name}</h3>") for name in (*INSTRUMENTS, *SECTIONS)
    )
    for _, tells in INSTRUMENTS.values():
        assert "can't" in tells or "no more than" in tells or "is left out" in tells
    assert text.count("weights drawn anew: rank correlation") == 2 * len(INSTRUMENTS)


def test_a_flattening_network_has_no_class_activation_map_and_all_the_rest(digits, tmp_path):
    text = page(reference("digits"), digits, tmp_path)
    names = [name for name in (*INSTRUMENTS, *SECTIONS) if f"<h3>{name}</h3>" in text]
    assert names == [name for name in (*INSTRUMENTS, *SECTIONS) if name != "Class activation map"]


def test_ours_and_the_twin_look_at_the_same(digits):
    model = reference("digits_pooled")
    ours, theirs = gallery(model, digits), gallery(to_torch(model), digits)
    assert ours.answers.tolist() == theirs.answers.tolist()
    for one, other in zip(ours.looks, theirs.looks, strict=True):
        assert one.name == other.name
        apart = np.abs(one.maps - other.maps) > 1e-4 * np.abs(one.maps).max()
        assert apart.mean() < 0.02, "a ReLU just at 0 may open in one and not in the other"
    np.testing.assert_allclose(ours.curve, theirs.curve, atol=1e-4)


def test_the_control_is_the_same_instrument_on_weights_drawn_anew(digits):
    model = reference("digits_pooled")
    found = {look.name: look for look in gallery(model, digits).looks}["Saliency"]
    *_, (_, anew) = randomised(model)
    answers = gallery(model, digits).answers
    before, after = saliency(model, digits, answers), saliency(anew, digits, answers)
    np.testing.assert_allclose(found.anew, after)
    expected = [
        spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(before, after, strict=True)
    ]
    assert found.alike == pytest.approx(np.mean(expected))


def test_large_images_are_covered_by_fewer_patches(monkeypatch):
    model = Sequential(Conv2d(1, 2, 9, stride=8), ReLU(), Flatten(), Linear(2 * 81, 3), seed=0)
    images = np.random.default_rng(0).random((1, 1, 80, 80), np.float32)
    found = gallery(model, images)
    np.testing.assert_allclose(found.looks[0].maps, occlusion(model, images, found.answers, 16, 16))


@pytest.mark.parametrize(
    "layers",
    [[Conv2d(1, 2, 3, seed=0)], [Flatten(), Linear(36, 1, seed=0)]],
    ids=["maps", "number"],
)
def test_a_network_without_classes_has_no_such_part(layers, tmp_path):
    model, images = Sequential(*layers), np.ones((2, 1, 6, 6), np.float32)
    assert gallery(model, images) is None
    assert "Where it looks" not in page(model, images, tmp_path)


def test_blank_images_are_no_fault(tmp_path):
    text = page(reference("digits"), np.zeros((2, 1, 28, 28), np.float32), tmp_path)
    assert "Where it looks" in text and "What excites a class" not in text
