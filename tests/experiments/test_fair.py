import numpy as np
import pytest

from cnnnotes.experiments import fair
from cnnnotes.layers import Linear, ReLU, Sequential


def blobs(count=200, seed=0):
    """Two classes that a line tells apart."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    points = rng.normal(size=(count, 2)) + np.where(labels, 2, -2)[:, None]
    return points.astype(np.float32), labels


def line(seed):
    return Sequential(Linear(2, 2), seed=seed)


def test_the_cut_takes_a_share_of_each_class_and_nothing_twice():
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    training, validation = fair.cut(labels, seed=1)
    assert np.bincount(labels[validation]).tolist() == [10, 6, 4]
    assert sorted([*training, *validation]) == list(range(100))
    assert not np.array_equal(validation, fair.cut(labels, seed=2)[1])


def test_tuning_picks_the_best_on_validation(monkeypatch):
    points, labels = blobs()
    monkeypatch.setattr(fair, "LEARNING_RATES", (1e-9, 0.1))
    tuned = fair.tune(line, points, labels, epochs=6, seed=0)
    assert tuned.learning_rate == 0.1 and tuned.accuracies["0.1"] > tuned.accuracies["1e-09"]


def test_tuning_keeps_validation_images_out_of_training(monkeypatch):
    points, labels = blobs()
    seen = []

    def spy(model, images, labels, **options):
        seen.append({point.tobytes() for point in images})

    monkeypatch.setattr(fair, "train", spy)
    fair.tune(line, points, labels, epochs=4, seed=0)
    _, validation = fair.cut(labels, seed=0)
    held_out = {point.tobytes() for point in points[validation]}
    assert len(seen) == len(fair.LEARNING_RATES) and len(seen[0]) == 160
    assert not any(trained & held_out for trained in seen)


def test_tuning_survives_divergence_and_prefers_small_rates(monkeypatch):
    points, labels = blobs()
    monkeypatch.setattr(fair, "LEARNING_RATES", (0.05, 0.06, 1e30))

    def deep(seed):
        return Sequential(Linear(2, 8), ReLU(), Linear(8, 2), seed=seed)

    tuned = fair.tune(deep, points, labels, epochs=20, seed=0)
    assert tuned.accuracies["1e+30"] == 0
    assert tuned.accuracies["0.05"] == tuned.accuracies["0.06"] and tuned.learning_rate == 0.05


def test_training_depends_on_the_seed_alone():
    points, labels = blobs()
    first, again = line(0), line(0)
    told = []
    for model, report in ((first, lambda *epochs: told.append(epochs)), (again, None)):
        fair.train(model, points, labels, epochs=2, learning_rate=0.1, seed=5, report=report)
    assert told == [(1, 2), (2, 2)]
    for name, weight in first.state_dict().items():
        assert np.array_equal(weight, again.state_dict()[name])


def test_sizes_are_held_to_five_percent():
    sizes = {name: Sequential(Linear(9, 10), seed=0) for name in "ab"}
    fair.check_matched(sizes)
    with pytest.raises(ValueError, match=r"c \(with 110 parameters\) must have 100 up to 5%"):
        fair.check_matched({**sizes, "c": Sequential(Linear(10, 10), seed=0)})
