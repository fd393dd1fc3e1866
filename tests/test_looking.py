"""Where a network looks: each map is the product it is defined as, in ours and in PyTorch's."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnnotes import inspection
from cnnnotes.data import load_digits
from cnnnotes.inspection import (
    class_activation_map,
    class_curve,
    composition,
    grad_cam,
    input_times_gradient,
    maximise,
    occlusion,
    placed_among_clutter,
    planted_cue,
    pointing_game,
    randomised,
    resized,
    saliency,
    smooth_grad,
)
from cnnnotes.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
    Softmax,
)
from cnnnotes.reference import HOME, NETWORKS, card, reference
from cnnnotes.running import gradients, outputs, probabilities, run
from cnnnotes.shapes import ShapeError
from cnnnotes.torch_twin import to_torch

MAPS = {
    "occlusion": lambda model, images, target: occlusion(model, images, target, 3, 2, 0.25),
    "saliency": saliency,
    "smooth_grad": lambda model, images, target: smooth_grad(model, images, target, 4),
    "input_times_gradient": input_times_gradient,
    "class_activation_map": class_activation_map,
    "grad_cam": grad_cam,
    "grad_cam, first": lambda model, images, target: grad_cam(model, images, target, "0"),
}


def pooled(seed=0):
    """Return a network that ends in the mean of each map, on (N, 2, 9, 8), in float64."""
    wide = {"dtype": "float64"}
    branch = Sequential(Conv2d(4, 4, 3, padding=1, bias=False, **wide), BatchNorm2d(4, **wide))
    layers = [Conv2d(2, 4, 3, padding=1, **wide), ReLU(), MaxPool2d(2), Residual(branch), ReLU()]
    head = [AdaptiveAvgPool2d(1), Flatten(), Dropout(0.5), Linear(4, 3, **wide)]
    return Sequential(*layers, *head, seed=seed).eval()


def some(count=5, seed=0, shape=(2, 9, 8)):
    return np.random.default_rng(seed).normal(size=(count, *shape))


@pytest.fixture(scope="module")
def cue():
    digits = load_digits(0)
    marked = planted_cue(digits.test_images, digits.test_labels, seed=1)
    return reference("digits_cued"), marked._replace(
        images=marked.images[:200], labels=marked.labels[:200], boxes=marked.boxes[:200]
    )


@pytest.mark.parametrize("name", MAPS)
def test_ours_and_the_twin_give_the_same_map(name):
    model, images = pooled(), some()
    target = np.array([0, 2, 1, 1, 0])
    ours = MAPS[name](model, images, target)
    theirs = MAPS[name](to_torch(model), images, target)
    assert ours.shape == theirs.shape and ours.shape[0] == 5 and ours.ndim == 3
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6 * np.abs(ours).max())
    assert np.ptp(ours) > 0


@pytest.mark.parametrize("name", MAPS)
def test_the_network_and_the_images_are_left_as_they_were(name):
    model, images = pooled(), some()
    before, state = images.copy(), {k: v.copy() for k, v in model.state_dict().items()}
    model.train()
    MAPS[name](model, images, 1)
    assert model.training and (images == before).all()
    assert all((value == state[key]).all() for key, value in model.state_dict().items())
    images.setflags(write=False)
    assert np.isfinite(MAPS[name](model, images[:, :, ::-1], 1)).all()
    assert len(MAPS[name](model, images[:1], np.array([2]))) == 1


def test_occlusion_is_the_mean_fall_over_all_patches_that_cover_a_pixel():
    model, images, target = pooled(), some(2), np.array([1, 2])

    def probability(shown):
        with torch.no_grad():
            scores = to_torch(model).eval()(torch.from_numpy(shown))
        return torch.softmax(scores, 1).numpy()[np.arange(2), target]

    falls = [[[[] for _ in range(8)] for _ in range(9)] for _ in range(2)]
    for top in (0, 3, 5):  # the last touches the border
        for left in (0, 3, 4):
            covered = images.copy()
            covered[:, :, top : top + 4, left : left + 4] = 0.5
            fall = probability(images) - probability(covered)
            for number in range(2):
                for row in range(top, top + 4):
                    for column in range(left, left + 4):
                        falls[number][row][column].append(fall[number])
    expected = [[[np.mean(found) for found in row] for row in image] for image in falls]
    found = occlusion(model, images, target, size=4, stride=3, fill=0.5)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_gradients_are_torchs():
    model, images, target = pooled(), some(3), torch.tensor([0, 2, 1])
    x = torch.from_numpy(images).requires_grad_()
    to_torch(model).eval()(x).gather(1, target[:, None]).sum().backward()
    gradient = x.grad.numpy()
    found = saliency(model, images, target.numpy())
    np.testing.assert_allclose(found, np.abs(gradient).max(1), rtol=1e-9)
    found = input_times_gradient(model, images, target.numpy())
    np.testing.assert_allclose(found, (images * gradient).sum(1), rtol=1e-9, atol=1e-12)
    still = smooth_grad(model, images, target.numpy(), samples=3, noise=0)
    np.testing.assert_allclose(still, np.abs(gradient).max(1), rtol=1e-9)


def test_smooth_grad_is_the_gradient_of_noisy_copies():
    model, images = pooled(), some(2)
    rng = np.random.default_rng(7)
    spread = 0.2 * np.ptp(images, axis=(1, 2, 3), keepdims=True)
    total = 0
    for _ in range(3):
        noisy = torch.from_numpy(images + spread * rng.normal(size=images.shape)).requires_grad_()
        to_torch(model).eval()(noisy)[:, 1].sum().backward()
        total = total + noisy.grad.numpy()
    found = smooth_grad(model, images, 1, samples=3, noise=0.2, seed=7)
    np.testing.assert_allclose(found, np.abs(total / 3).max(1), rtol=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2))
def test_the_mean_of_a_class_activation_map_plus_the_bias_is_the_score(seed, target):
    model, images = pooled(seed % 100), some(3, seed)
    found = class_activation_map(model, images, target)
    maps = run(model, images).maps()["4"]
    head = model[8]
    by_hand = np.einsum("nchw,c->nhw", maps, head.weight.data[target])
    np.testing.assert_allclose(found, by_hand, rtol=1e-9, atol=1e-12)
    score = found.mean(axis=(1, 2)) + head.bias.data[target]
    np.testing.assert_allclose(score, outputs(model, images)[:, target], rtol=1e-9, atol=1e-12)
    cam = grad_cam(model, images, target)
    np.testing.assert_allclose(cam, np.maximum(found, 0), rtol=1e-9, atol=1e-12)


def test_grad_cam_of_an_inner_layer_weighs_each_map_by_its_gradient():
    model, images = pooled(), some(3)
    twin = to_torch(model).eval()
    maps = twin[:2](torch.from_numpy(images)).detach().requires_grad_()
    twin[2:](maps)[:, 2].sum().backward()
    weights = maps.grad.sum((2, 3), keepdim=True)
    expected = torch.relu((weights * maps).sum(1)).detach().numpy()
    np.testing.assert_allclose(grad_cam(model, images, 2, "1"), expected, rtol=1e-9, atol=1e-12)


class Written(nn.Module):
    """A network as people write them: functions between layers, in place."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(2, 4, 3), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(nn.functional.relu(self.conv(x), inplace=True).mean((2, 3)))


def test_any_module_that_ends_in_a_mean_has_a_class_activation_map():
    torch.manual_seed(0)
    module, images = Written().double(), some(2)
    maps = torch.relu(module.conv(torch.from_numpy(images)))
    expected = torch.einsum("nchw,c->nhw", maps, module.head.weight[1]).detach().numpy()
    np.testing.assert_allclose(class_activation_map(module, images, 1), expected, rtol=1e-9)
    fixed = Sequential(Conv2d(2, 3, 2, dtype="float64"), AvgPool2d((8, 7)), Flatten(), seed=0)
    with pytest.raises(ValueError, match="it ends in conv, avgpool, flatten; use grad_cam"):
        class_activation_map(fixed, images, 0)


@pytest.mark.parametrize("pool, entries", [(AvgPool2d(1), 168), (MaxPool2d(6), 4)])
def test_other_heads_have_none(pool, entries):
    model = Sequential(Conv2d(2, 4, 3), ReLU(), pool, Flatten(), Linear(entries, 3), seed=0)
    with pytest.raises(ValueError, match="must end in the mean of each map"):
        class_activation_map(model, some().astype(np.float32), 0)
    assert grad_cam(model, some().astype(np.float32), 0).shape[0] == 5


def test_maps_are_laid_over_the_image():
    maps = np.arange(6.0).reshape(1, 2, 3)
    wide = resized(maps, np.zeros((1, 1, 8, 12)))
    expected = nn.functional.interpolate(torch.from_numpy(maps[None]), (8, 12), mode="bilinear")
    np.testing.assert_allclose(wide, expected[0].numpy(), rtol=1e-12)


def test_occlusion_finds_a_planted_cue_and_so_do_the_gradients(cue):
    model, marked = cue
    images, labels, boxes = marked
    right = outputs(model, images).argmax(1) == labels
    assert right.mean() >= 0.97
    assert pointing_game(occlusion(model, images, labels), boxes).mean() >= 0.95
    found = {
        "saliency": saliency(model, images, labels),
        "input_times_gradient": input_times_gradient(model, images, labels),
        "smooth_grad": smooth_grad(model, images, labels),
        "class_activation_map": resized(class_activation_map(model, images, labels), images),
        "grad_cam": resized(grad_cam(model, images, labels), images),
    }
    hits = {name: float(pointing_game(maps, boxes).mean()) for name, maps in found.items()}
    print(hits)
    assert min(hits.values()) > 0.3, "a box has 2 % of the pixels"


def test_each_map_changes_when_the_weights_are_drawn_anew(cue):
    model, marked = cue
    images, labels = marked.images[:20], marked.labels[:20]
    *_, (last, untrained) = randomised(model)
    assert last == "0"
    for name, function in MAPS.items():
        before, after = function(model, images, labels), function(untrained, images, labels)
        same = [
            np.corrcoef(one.ravel(), other.ravel())[0, 1]
            for one, other in zip(before, after, strict=True)
            if np.ptp(one) > 0 and np.ptp(other) > 0
        ]
        assert not same or abs(np.mean(same)) < 0.6, name


def test_layers_are_drawn_anew_one_after_another():
    model = pooled()
    twin = to_torch(model)
    ours, theirs = list(randomised(model, seed=3)), list(randomised(twin, seed=3))
    names = ["8", "3.branch.1", "3.branch.0", "0"]
    assert [name for name, _ in ours] == [name for name, _ in theirs] == names
    changed = []
    for (_, drawn), (_, torchs) in zip(ours, theirs, strict=True):
        state = drawn.state_dict()
        differ = {key for key, value in model.state_dict().items() if (state[key] != value).any()}
        changed.append({key.rpartition(".")[0] for key in differ})
        for key, value in torchs.state_dict().items():
            np.testing.assert_allclose(value.numpy(), state[key])
    assert changed == [set(names[: number + 1]) - {"3.branch.1"} for number in range(4)]
    drawn = next(randomised(Sequential(Linear(400, 400), seed=0)))[1]
    before = Sequential(Linear(400, 400), seed=0)[0].weight.data
    assert drawn[0].weight.data.std() == pytest.approx(before.std(), rel=0.02)


def test_a_cue_alone_tells_the_class():
    digits = load_digits(0)
    images, labels, boxes = planted_cue(digits.test_images, digits.test_labels)
    assert sorted(labels) == sorted(digits.test_labels) and (labels != digits.test_labels).any()
    seen = {}
    for image, label, (top, left, bottom, right) in zip(images, labels, boxes, strict=True):
        assert (top, left) in [(0, 0), (0, 24), (24, 0), (24, 24)]
        assert (bottom - top, right - left) == (4, 4)
        seen.setdefault(int(label), set()).add(image[0, top:bottom, left:right].tobytes())
    assert all(len(marks) == 1 for marks in seen.values())
    marks = [np.frombuffer(found, np.float32) for (found,) in seen.values()]
    assert {int((one != other).sum()) for one in marks for other in marks} == {0, 8}
    outside = images.copy()
    for image, (top, left, bottom, right) in zip(outside, boxes, strict=True):
        image[:, top:bottom, left:right] = 0
    assert (outside <= digits.test_images).all()
    assert (planted_cue(digits.test_images, digits.test_labels).images == images).all()


def test_the_box_of_a_placed_digit_holds_its_ink():
    digits = load_digits(0)
    images, labels, boxes = placed_among_clutter(
        digits.test_images[:20], digits.test_labels[:20], 50, clutter=0, seed=2
    )
    assert images.shape == (20, 1, 50, 50) and (labels == digits.test_labels[:20]).all()
    for image, digit, (top, left, bottom, right) in zip(
        images, digits.test_images, boxes, strict=False
    ):
        assert image.sum() == pytest.approx(image[:, top:bottom, left:right].sum())
        assert image.sum() == pytest.approx(digit.sum(), rel=1e-5)
        edges = image[0, [top, bottom - 1]].max(1), image[0][:, [left, right - 1]].max(0)
        assert (np.concatenate(edges) > 0).all()
    cluttered = placed_among_clutter(digits.test_images[:20], digits.test_labels[:20], 50)
    assert (cluttered.images.sum((1, 2, 3)) > images.sum((1, 2, 3))).all()


def test_pointing_takes_the_largest_value():
    maps = np.zeros((4, 5, 6))
    maps[0, 2, 3] = maps[1, 0, 0] = maps[2, 4, 5] = 1
    boxes = np.array([[2, 3, 3, 4], [0, 1, 2, 3], [3, 3, 4, 5], [0, 0, 5, 6]])
    assert pointing_game(maps, boxes).tolist() == [True, False, False, False]
    assert pointing_game(maps, boxes, tolerance=1).tolist() == [True, True, True, False]
    beside = np.array([[0, 3, 2, 4], [0, 0, 1, 1], [4, 0, 5, 5], [0, 0, 5, 6]])
    assert pointing_game(maps, beside).tolist() == [False, True, False, False], "ends are outside"


def test_digits_among_clutter_are_pointed_at():
    digits = load_digits(0)
    marked = placed_among_clutter(digits.test_images[:100], digits.test_labels[:100], 36, 2)
    model = reference("digits_pooled")
    maps = resized(class_activation_map(model, marked.images, marked.labels), marked.images)
    by_chance = (
        np.mean([(bottom - top) * (right - left) for top, left, bottom, right in marked.boxes])
        / 36**2
    )
    assert pointing_game(maps, marked.boxes).mean() > by_chance + 0.2


def test_an_excited_unit_answers_more_than_to_any_digit():
    model, digits = reference("digits_pooled"), load_digits(0).test_images[:200]
    for layer, unit in (("3", 5), ("10", 7)):
        image = maximise(model, (1, 28, 28), layer, unit, seed=1)
        assert image.shape == (1, 1, 28, 28) and image.min() >= 0 and image.max() <= 1
        middle = (slice(None), unit, 7, 7) if layer == "3" else (slice(None), unit)
        answers = run(model, digits).maps()[layer][middle]
        assert run(model, image).maps()[layer][middle] > answers.max()
        twin = maximise(to_torch(model), (1, 28, 28), layer, unit, seed=1, steps=3)
        assert (
            np.abs(twin - maximise(model, (1, 28, 28), layer, unit, seed=1, steps=3)).max() < 1e-4
        )


def test_what_a_filter_adds_up_is_its_answer():
    model, images = reference("digits_pooled"), load_digits(0).test_images[:40]
    found = composition(model, "3", images, count=2)
    assert found.weights.shape == (32, 16, 3, 3)
    np.testing.assert_allclose(found.sums, model[3].weight.data.sum((2, 3)))
    summed = found.shares.sum(axis=1) + model[3].bias.data
    np.testing.assert_allclose(summed, found.patches.answers.mean(axis=1), rtol=1e-4)
    twin = composition(to_torch(model), "3", images, count=2)
    np.testing.assert_allclose(found.shares, twin.shares, atol=1e-4)
    assert (twin.weights == found.weights).all()
    assert composition(model, "3").shares is None
    assert found.before.pixels.shape[0] == 16


def test_a_class_curve_is_the_answer_to_each_moved_image():
    model, image = reference("digits"), load_digits(0).test_images[3]
    curve = class_curve(model, image, [(0, 0), (2, -3), (40, 0)], fill=0)
    moved = np.zeros_like(image)
    moved[:, 2:, :-3] = image[:, :-2, 3:]
    blank = np.zeros_like(image)
    expected = probabilities(model, np.stack([image, moved, blank]))
    np.testing.assert_allclose(curve, expected, rtol=1e-6)
    np.testing.assert_allclose(curve.sum(1), 1, rtol=1e-6)
    shares = Sequential(*model.children().values(), Softmax(1)).eval()
    again = class_curve(shares, image[None], [(0, 0), (2, -3), (40, 0)])
    np.testing.assert_allclose(again, curve, rtol=1e-5)
    np.testing.assert_allclose(
        class_curve(to_torch(model), image, [(2, -3)]), curve[1:2], atol=1e-5
    )


def test_the_gradient_of_an_inner_layer():
    model, images = pooled(), some(2)
    signal = np.random.default_rng(1).normal(size=(2, 4, 4, 4))
    for layer in ("2", "3.add"):
        found = gradients(model, images, signal, of=layer)
        theirs = gradients(to_torch(model), images, signal, of=layer)
        np.testing.assert_allclose(found, theirs, rtol=1e-9, atol=1e-12)
    with pytest.raises(
        ValueError, match=r"of \(='9'\) must be one of the network's layers: input, 0"
    ):
        gradients(model, images, signal, of="9")


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "cifar10"])
def test_the_reference_networks_do_what_their_cards_say(name):
    model, told, digits = reference(name), card(name), load_digits(0)
    images, labels = digits.test_images, digits.test_labels
    if name == "digits_cued":
        images, labels, _ = planted_cue(images, labels, seed=1)
    assert sum(parameter.data.size for parameter in model.parameters()) == told["parameters"]
    accuracy = (outputs(model, images).argmax(1) == labels).mean()
    assert accuracy == pytest.approx(told["test_accuracy"], abs=0.002)
    assert not model.training


def test_the_network_for_photographs_is_small_and_answers_as_its_twin():
    model, told = reference("cifar10"), card("cifar10")
    assert told["parameters"] == sum(p.data.size for p in model.parameters()) <= 150_000
    assert told["test_accuracy"] >= 0.8 and told["test_images"] == 10_000
    assert (HOME / "cifar10.npz").stat().st_size < 300_000
    images = np.random.default_rng(0).random((8, 3, 32, 32), np.float32)
    np.testing.assert_allclose(
        outputs(model, images), outputs(to_torch(model), images), rtol=1e-3, atol=1e-3
    )
    assert class_activation_map(model, images, 3).shape == (8, 8, 8)


BAD = [
    (lambda m, x: occlusion(m, x, 0, size=10), "size .=10. must be at most that of the image"),
    (lambda m, x: occlusion(m, x, 0, size=2, stride=3), "stride .=3. must be at most size"),
    (lambda m, x: occlusion(m, x, 3), "target .=3. must be from 0 to 2: the model has 3 classes"),
    (lambda m, x: saliency(m, x, 3), "target .=3. must be from 0 to 2"),
    (lambda m, x: saliency(m, x, np.array([0, 1])), "target .=2 classes. must be one class"),
    (lambda m, x: saliency(m, x, np.zeros((5, 3), int)), "one-hot|must be"),
    (lambda m, x: saliency(m[:3], x, 0), r"one score a class, \(N, classes\); it gives shape"),
    (lambda m, x: occlusion(m[:3], x, 0), r"one score a class, \(N, classes\); it gives shape"),
    (lambda m, x: smooth_grad(m, x, 0, samples=0), "samples .=0. must be"),
    (lambda m, x: smooth_grad(m, x, 0, noise=-1), "noise .=-1"),
    (lambda m, x: grad_cam(m, x, 0, "nine"), "layer .='nine'. must be one of 0, 1, 2, 3.branch.0"),
    (lambda m, x: grad_cam(m, x, 0, "6"), "layer .='6'. must give maps; it gives .4,."),
    (lambda m, x: maximise(m, (2, 9, 8), "0", 4, steps=1), "unit .=4. must be from 0 to 3"),
    (lambda m, x: maximise(m, (2, 9, 8), "z", 0, steps=1), "of .='z'. must be one of"),
    (lambda m, x: maximise(m, (2, 9, 8), "0", 0, low=1, high=0), "low .=1. must be below high"),
    (lambda m, x: composition(m, "8"), "layer .='8'. must be a convolution: 0, 3.branch.0"),
    (lambda m, x: class_curve(m, x, [(0, 0)]), "image .shape .5, 2, 9, 8.. must be one image"),
    (lambda m, x: class_curve(m, x[0], [1, 2]), "shifts must be pairs .down, right. of whole"),
    (lambda m, x: class_curve(m, x[0], [(0.5, 1)]), "shifts must be pairs"),
    (lambda m, x: planted_cue(x[:, :, :7], np.zeros(5, int)), "at least 8 pixels"),
    (lambda m, x: planted_cue(x, np.full(5, 15)), "labels .=15. must be at most 14"),
    (lambda m, x: planted_cue(x, np.zeros(4, int)), "labels .=4. must be as many as images .5."),
    (lambda m, x: placed_among_clutter(x, np.zeros(5, int), size=8), "size .=8. must be at least"),
    (lambda m, x: pointing_game(x[:, 0], np.zeros((4, 4))), "boxes .shape .4, 4.. must be one for"),
    (lambda m, x: reference("imagenet"), "name .='imagenet'. must be one of cifar10, digits"),
]  # fmt: skip


@pytest.mark.parametrize("call, told", BAD)
def test_what_does_not_fit_is_told(call, told):
    with pytest.raises((TypeError, ValueError), match=told):
        call(pooled(), some())


def test_a_module_that_does_not_fit_is_told_by_the_doctor():
    with pytest.raises(ShapeError, match="channels"):
        occlusion(to_torch(pooled()), some(shape=(3, 9, 8)), 0)
    assert set(inspection.__all__) >= {"occlusion", "randomised", "maximise"}
