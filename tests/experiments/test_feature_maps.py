"""P7, P12 and P15: the rules can fall either way, and their measures know the extremes."""

import numpy as np
import pytest

from cnnnotes.experiments import fixed_probes, readable_maps, vocabulary
from cnnnotes.experiments.experiment import Runs
from cnnnotes.inspection import feature_maps

LUCK = np.random.default_rng(0)


def runs_of(module, metrics):
    """Return runs of all arms whose metrics are as planted, with some luck of each seed."""
    return Runs(
        [
            {
                "arm": arm,
                "metrics": {
                    name: np.asarray(value) + 0.002 * LUCK.normal(size=np.shape(value))
                    for name, value in metrics.items()
                },
            }
            for arm in module.ARMS
            for _ in module.SEEDS
        ]
    )


@pytest.mark.parametrize(
    "outputs, second, hurt, verdict",
    [
        (0.9, 0.1, 4, "supported"),
        (0.9, 0.1, 1.5, "partly"),
        (0.9, 0.8, 4, "refuted"),
        (0.1, 0.1, 4, "not supported"),
    ],
)
def test_vocabulary(outputs, second, hurt, verdict):
    planted = {"detectors_outputs": outputs, "detectors_second": second, "classes_hurt": hurt}
    assert vocabulary.decide(runs_of(vocabulary, planted)).verdict == verdict


@pytest.mark.parametrize(
    "fixed, right, verdict",
    [
        ((0.5, 0.5, 0.5), 0.9, "supported"),
        ((0.5, 0.5, 0.5), 0.7, "partly"),
        ((0.5, 0.5, 1.0), 0.9, "partly"),
        ((0.5, 1.0, 1.0), 0.9, "not supported"),
        ((1.5, 1.5, 1.0), 0.5, "refuted"),
    ],
)
def test_fixed_probes(fixed, right, verdict):
    planted = {}
    for signal, noise in zip(fixed_probes.SIGNALS, fixed, strict=True):
        planted |= {f"noise_{signal}_fixed": noise, f"noise_{signal}_fresh": 1.0}
        planted |= {f"right_{signal}_fixed": right, f"right_{signal}_fresh": 0.7}
    found = runs_of(fixed_probes, planted)
    if 1.0 in fixed:  # equal noise is an effect of zero, in every seed
        for run in found.runs:
            for signal, noise in zip(fixed_probes.SIGNALS, fixed, strict=True):
                if noise == 1.0:
                    run["metrics"][f"noise_{signal}_fixed"] = run["metrics"][
                        f"noise_{signal}_fresh"
                    ]
    assert fixed_probes.decide(found).verdict == verdict


def test_fixed_probes_take_away_what_both_variants_share():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=1000)
    found = fixed_probes.compared(shared + 1, shared, rng)
    np.testing.assert_allclose(found["fixed"], 1)
    assert found["fresh"].std() == pytest.approx((2 / fixed_probes.PROBES) ** 0.5, rel=0.1)
    alone = fixed_probes.compared(rng.normal(size=1000), rng.normal(size=1000), rng)
    assert alone["fixed"].std() == pytest.approx(alone["fresh"].std(), rel=0.1)


@pytest.mark.parametrize(
    "by_layer, verdict",
    [
        ((0.7, 0.5, 0.4, 0.2), "supported"),
        ((0.7, 0.3, 0.4, 0.2), "partly"),
        ((0.2, 0.3, 0.4, 0.5), "refuted"),
        ((0.4, 0.3, 0.2, 0.4), "not supported"),
    ],
)
def test_readable_maps(by_layer, verdict):
    planted = {"readability": by_layer, "readability_untrained": by_layer}
    found = runs_of(readable_maps, planted)
    if by_layer[0] == by_layer[-1]:
        for run in found.runs:
            run["metrics"]["readability"][-1] = run["metrics"]["readability"][0]
    assert readable_maps.decide(found).verdict == verdict


def test_damage_falls_on_the_class_whose_only_filter_is_silenced():
    model = vocabulary.network("digits", 0)
    for parameter in model.parameters():
        parameter.data[:] = 0
    model[0].weight.data[0, 0, 2, 2] = 1  # passes the image
    model[3].weight.data[5, 0, 1, 1] = 1
    model[7].weight.data[3, 5 * 49 : 6 * 49] = 1  # ink speaks for class 3 …
    model[7].bias.data[2] = 1  # … and its absence for class 2
    ink = np.zeros((20, 1, 28, 28), np.float32)
    ink[10:, 0, 10:20, 10:20] = 1
    labels = np.repeat([2, 3], 10)
    labels[:2], labels[10:12] = [0, 1], [0, 1]
    images = vocabulary.Split(ink, labels, ink, labels)
    metrics, tables = vocabulary.damages(model, images)
    hurt = {name: set(np.flatnonzero(table.any(axis=1))) for name, table in tables.items()}
    assert hurt == {"first": {0}, "second": {5}}
    assert tables["second"][5].tolist() == [0, 0, 0, 1]
    assert metrics["classes_hurt"] == 1 and metrics["worst_share"] == 1


def test_the_networks_read_are_those_after_each_relu():
    for dataset, side in (("digits", 28), ("textures", 32)):
        model = readable_maps.network(dataset, 0)
        images = np.random.default_rng(0).normal(size=(2, 1, side, side)).astype(np.float32)
        shapes = [maps.shape[1:] for maps in readable_maps.layers(model, images)]
        half = side // 2
        assert shapes == [(8, side, side)] * 2 + [(16, half, half)] * 2
        assert all(maps.min() == 0 for maps in readable_maps.layers(model, images))
        assert list(feature_maps(model, images))[-1] == "11"
