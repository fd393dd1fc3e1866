"""What the report says of networks that are not ours, and that its page needs nothing else."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from networks_to_inspect import SmallResNet, lenet, noise
from PIL import Image
from torch_networks import BasicBlock, ResNet

from cnnnotes.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnnotes.report import compare, inspect, report
from cnnnotes.shapes import ShapeError

NETWORKS = {"lenet": (lenet, (1, 28, 28)), "resnet": (SmallResNet, (3, 32, 32))}


def picture(page, alt):
    """Return the picture whose alternative text begins so, (height, width, RGBA)."""
    (source,) = re.findall(rf"<img src='data:image/png;base64,([^']*)' alt='{alt}", page)
    with Image.open(io.BytesIO(base64.b64decode(source))) as image:
        return np.asarray(image.convert("RGBA"))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_page_of_a_torch_network_needs_nothing_else(name, tmp_path):
    build, shape = NETWORKS[name]
    found = report(build(), noise(12, *shape), None, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    references = re.findall(r"(?:src|href|url)\s*[=(]\s*['\"]?([^'\")>]*)", page)
    assert references
    assert all(reference.startswith("data:image/png;base64,") for reference in references)
    for way_out in ("http:", "https:", "//www", "<script", "<link", "@import"):
        assert way_out not in page
    for sentence in found.findings():
        assert sentence in page.replace("&gt;", ">")
    for title in ("What stands out", "Shapes and costs", "Layer by layer", "Filters", "Maps"):
        assert f"<h2>{title}</h2>" in page


def test_the_report_counts_what_the_network_has():
    images, labels = noise(64, 1, 28, 28), np.arange(64) % 10
    model = lenet()
    found = inspect(model, images, labels)
    assert found.trace.parameters == sum(weight.numel() for weight in model.parameters())
    assert found["0"].row.layer == "conv 1->6 5x5 pad 2"
    with torch.no_grad():
        answers = model(torch.from_numpy(images)).argmax(dim=1).numpy()
        hidden = torch.nn.Sequential(*model[:9])(torch.from_numpy(images)).numpy()
    assert found.accuracy == pytest.approx((answers == labels).mean())
    assert found["8"].dead == tuple(np.flatnonzero((hidden == 0).all(axis=0)))
    assert found.confusions.sum() == 64
    assert f"{found.accuracy:.1%} of 64 answers are right" in str(found)


def test_one_image_is_no_plural(tmp_path):
    report(lenet(), noise(1, 1, 28, 28), None, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Looked at with 1 image." in page
    assert not re.search(r"\b1 images", page)


def test_a_residual_network_is_followed_through_its_shortcut():
    found = inspect(SmallResNet(), noise(8, 3, 32, 32))
    names = [layer.name for layer in found.layers]
    assert "two.downsample.0" in names and "two.conv2" in names
    assert found["two.conv2"].row.receptive_field == 13  # 1 + 2 · (1 + 1 + 1 + 1 + 2)
    assert all(said[0].isupper() or said[0].isdigit() for said in found.findings())
    assert not any("Two." in said for said in found.findings())  # a name stays as it is


@pytest.mark.parametrize("training", [True, False])
def test_the_network_stays_as_it_was(training, tmp_path):
    model = SmallResNet().train(training)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    report(model, noise(4, 3, 32, 32), None, tmp_path / "report.html")
    assert model.training is training and model.two.bn1.training is training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())
    assert not model.stem._forward_hooks


def test_the_page_of_a_resnet_18_on_noise_stays_under_three_megabytes(tmp_path):
    images = noise(4, 3, 160, 160)  # noise is the worst to compress
    report(ResNet(BasicBlock, (2, 2, 2, 2)), images, None, tmp_path / "large.html")
    assert (tmp_path / "large.html").stat().st_size < 3e6


def test_patches_are_cut_at_the_receptive_field_and_end_at_the_border(tmp_path):
    model = Sequential(Conv2d(1, 1, 5, padding=2, bias=False), ReLU())
    model[0].weight.data[:] = 0
    model[0].weight.data[0, 0, 2, 2] = 1  # answers to a bright pixel in the middle of its field
    images = np.zeros((3, 1, 9, 9), np.float32)
    images[0, 0, 0, 0], images[1, 0, 4, 4], images[2, 0, 8, 6] = 1.0, 0.9, 0.8
    path = tmp_path / "report.html"
    report(model, images, None, path)
    half = re.sub(r"(?s)^.*<h3>0 ", "", path.read_text()).partition("<h3>1 ")[0]
    drawn = picture(half, "What drives each filter most, 5 × 5 pixels")
    assert drawn.shape == (3 * 5 + 2, 5, 4)  # strongest on top, one pixel between
    top, middle, bottom = (drawn[start : start + 5, :, 3] == 255 for start in (0, 6, 12))
    outside = np.arange(5) < 2
    np.testing.assert_array_equal(top, ~outside[:, None] & ~outside[None])
    assert middle.all()
    np.testing.assert_array_equal(bottom, np.outer(~outside[::-1], np.arange(5) < 4.5))
    assert [drawn[2 + start, 2, 0] for start in (0, 6, 12)] == [255, 230, 202]  # in 64 steps


def test_a_wrong_shape_gets_the_doctors_message(tmp_path):
    path = tmp_path / "report.html"
    with pytest.raises(ShapeError, match="made for 1 channel, and its input has 3") as caught:
        report(lenet(), noise(2, 3, 28, 28), None, path)
    assert "fix:" in str(caught.value) and caught.value.diagnosis.fixes
    with pytest.raises(ShapeError, match="made for 400 features, and 144 arrive"):
        report(lenet(), noise(2, 1, 20, 20), None, path)
    with pytest.raises(ShapeError, match="made for 3 channels, and its input has 1"):
        report(SmallResNet(), noise(2, 1, 32, 32), None, path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "model, images, labels, message",
    [
        ("lenet", noise(2, 1, 28, 28), None, r"model \(=str\) must be a Sequential"),
        (lenet(), noise(2, 28, 28), None, "images"),
        (lenet(), noise(0, 1, 28, 28), None, "images .* must not be empty"),
        (lenet(), noise(2, 1, 28, 28) * np.nan, None, "images must be finite"),
        (lenet(), noise(2, 1, 28, 28), np.array([0.0, 1.0]), "must be a NumPy array of whole"),
        (lenet(), noise(2, 1, 28, 28), np.array([0, 10]), "from 0 to 9"),
        (lenet(), noise(2, 1, 28, 28), np.array([0]), r"one class an image, \(2,\)"),
        (lenet()[:3], noise(2, 1, 28, 28), np.array([0, 1]), "ends in one value a class"),
    ],
)
def test_bad_arguments(model, images, labels, message, tmp_path):
    with pytest.raises((TypeError, ValueError), match=message):
        report(model, images, labels, tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


def test_a_dead_filter_and_its_copy_are_found():
    model = Sequential(Conv2d(1, 4, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(676, 10), seed=0)
    model[0].weight.data[1] = 2 * model[0].weight.data[0]
    model[0].bias.data[:2] = 0
    model[0].bias.data[3] = -100
    found = inspect(model, noise(16, 1, 28, 28))
    assert found["1"].dead == (3,)
    assert found["1"].duplicates == ((0, 1),)
    said = "\n".join(found.findings())
    assert "Layer 1 (relu): 1 of 4 dead, zero on all 16 images: 3." in said
    assert "Layer 1 (relu): 1 of 4 alike another: 1 like 0." in said
    assert "Layer 4 (linear 676->10) holds 99% of the parameters." in said


def test_what_diverged_is_said(tmp_path):
    model = Sequential(Conv2d(1, 2, 3), ReLU(), Flatten(), Linear(1352, 10), seed=0)
    model[3].weight.data[0, 0] = np.inf
    found = report(model, noise(4, 1, 28, 28), None, tmp_path / "report.html")
    assert found.findings()[0].startswith("Layer 3 (linear 1352->10): the output is not finite")


def test_variants_side_by_side(tmp_path):
    images, labels = noise(20, 1, 28, 28), np.arange(20) % 10
    ours = Sequential(Conv2d(1, 2, 5), ReLU(), Flatten(), Linear(1152, 10), seed=0)
    path = tmp_path / "comparison.html"
    found = compare({"LeNet <5>": lenet(), "ours": ours}, images, labels, path)
    page = path.read_text(encoding="utf-8")
    assert list(found) == ["LeNet <5>", "ours"]
    assert "LeNet &lt;5&gt;" in page and "LeNet <5>" not in page
    for said in found.values():
        assert f"<td>{said.trace.parameters:,}</td>" in page
        assert f"<td>{said.accuracy:.1%}</td>" in page
    with pytest.raises(ValueError, match="must hold at least one network"):
        compare({}, images, labels, path)
    with pytest.raises(ShapeError):
        compare({"a": ours, "b": lenet()}, noise(2, 1, 20, 20), None, path)
