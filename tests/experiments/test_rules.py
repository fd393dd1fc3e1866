"""Each rule gives the verdict that its words say, and none for an effect of zero."""

import numpy as np
import pytest

from cnnnotes.experiments import (
    data_efficiency,
    dropout_gap,
    four_levers,
    hand_made_features,
    invariance_ladder,
    learned_compression,
    learned_filters,
    learning_or_noise,
    levels,
    minimal_pipeline,
    permuted_pixels,
    pool_or_stride,
    right_bias,
    steadiness,
)
from cnnnotes.experiments.experiment import Runs
from cnnnotes.experiments.fair import check_matched, parameters
from cnnnotes.experiments.fair import costs as costs_of
from cnnnotes.layers import Dropout


def planted(module, metric, of_arm, spread=0.002):
    """Return runs in which an arm's metric is what `of_arm` says, with some luck of each seed.

    Arms of equal value are then the same arm twice: an effect of zero.
    """
    luck = spread * np.random.default_rng(0).normal(size=len(module.SEEDS))
    return Runs(
        [
            {"arm": arm, "metrics": {metric: np.asarray(of_arm(arm)) + of_seed}}
            for arm in module.ARMS
            for of_seed in luck
        ]
    )


@pytest.mark.parametrize(
    "cnn, mlp, verdict",
    [
        ((0.96, 0.91), (0.9, 0.9), "supported"),
        ((0.96, 0.91), (0.9, 0.88), "partly"),
        ((0.96, 0.95), (0.9, 0.88), "not supported"),
        ((0.96, 0.97), (0.9, 0.9), "refuted"),
        ((0.96, 0.96), (0.9, 0.9), "not supported"),
    ],
)
def test_permuted_pixels(cnn, mlp, verdict):
    values = {"cnn": cnn, "mlp": mlp, "local": (0.9, 0.9)}

    def of_arm(arm):
        network, _, order = arm.partition("_")
        return values[network][order == "permuted"]

    assert (
        permuted_pixels.decide(planted(permuted_pixels, "test_accuracy", of_arm)).verdict == verdict
    )


CURVE = np.array([0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95])


@pytest.mark.parametrize(
    "lower, verdict",
    [
        ({"mlp": 0.05, "mlp_wide": 0.05, "local": 0.05}, "supported"),
        ({"mlp": 0.05, "mlp_wide": 0.05, "local": 0}, "partly"),
        ({"mlp": -0.05, "mlp_wide": 0.05, "local": 0.05}, "refuted"),
        ({"mlp": 0, "mlp_wide": 0, "local": 0}, "not supported"),
    ],
)
def test_data_efficiency(lower, verdict):
    runs = planted(data_efficiency, "test_accuracy", lambda arm: CURVE - lower.get(arm, 0))
    assert data_efficiency.decide(runs).verdict == verdict


def test_the_data_that_is_needed_is_read_off_the_curve():
    assert data_efficiency.data_needed(CURVE, 0.85) == pytest.approx(500)
    assert data_efficiency.data_needed(CURVE, 0.875) == pytest.approx(500 * 2**0.5)
    assert data_efficiency.data_needed(CURVE, 0.5) == 50
    assert data_efficiency.data_needed(CURVE, 0.99) == 4000


def test_training_sets_grow_inside_each_other():
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10), 400))
    small, large = (data_efficiency.first_of_each_digit(labels, size) for size in (50, 200))
    assert np.bincount(labels[small]).tolist() == [5] * 10 and set(small) < set(large)


@pytest.mark.parametrize(
    "gains, verdict",
    [
        ({"stride": -0.05, "stride_extra": 0.01}, "supported"),
        ({"stride": -0.05, "stride_extra": -0.03}, "partly"),
        ({"stride": 0.0, "stride_extra": 0.0}, "not supported"),
        ({"stride": 0.05, "stride_extra": 0.0}, "refuted"),
    ],
)
def test_pool_or_stride(gains, verdict):
    runs = planted(pool_or_stride, "test_accuracy", lambda arm: 0.8 + gains.get(arm, 0))
    for run in runs.runs:
        run["metrics"]["consistency_circular"] = 0.9
    assert pool_or_stride.decide(runs).verdict == verdict


def test_halving_halves_and_costs_what_the_rule_says():
    shapes, costs = set(), {}
    for arm in pool_or_stride.ARMS:
        table = costs_of(pool_or_stride.network(arm, 0), (1, 32, 32))
        shapes.add(tuple(table[-2]["output_shape"]))
        costs[arm] = [sum(row[cost] for row in table) for cost in ("parameters", "macs")]
    assert shapes == {(1024,)}
    assert costs["stride"][0] == costs["max"][0] and costs["stride"][1] < costs["max"][1] / 3
    assert costs["stride_extra"][0] == costs["max_extra"][0] > costs["max"][0]
    assert costs["stride_extra"][1] > costs["max"][1]


def test_moved_images():
    image = np.arange(9.0).reshape(1, 1, 3, 3)
    assert pool_or_stride.shift(image, 1, 0)[0, 0].tolist() == [[0, 0, 0], [0, 1, 2], [3, 4, 5]]
    assert pool_or_stride.shift(image, 0, -1)[0, 0].tolist() == [[1, 2, 0], [4, 5, 0], [7, 8, 0]]
    assert pool_or_stride.roll(image, 0, -1)[0, 0].tolist() == [[1, 2, 0], [4, 5, 3], [7, 8, 6]]
    assert len(set(pool_or_stride.one_pixel_moves())) == 8


@pytest.mark.parametrize(
    "starts, verdict",
    [
        ({"train_accuracy": 5, "test_accuracy": 4, "agreement": 2}, "supported"),
        ({"train_accuracy": 5, "test_accuracy": 2, "agreement": 2}, "partly"),
        ({"train_accuracy": 2, "test_accuracy": 2, "agreement": 2}, "refuted"),
        ({"train_accuracy": 2, "test_accuracy": 3}, "refuted"),
        ({"train_accuracy": 2, "test_accuracy": 4, "agreement": 3}, "not supported"),
        ({}, "not supported"),
    ],
)
def test_learning_or_noise(starts, verdict):
    module = learning_or_noise
    epochs = np.arange(module.EPOCHS + 1)
    rng = np.random.default_rng(1)
    runs = []
    for arm in module.ARMS:
        for _ in module.SEEDS:
            curves = {}
            for name in module.ACCURACIES + module.SIGNALS:
                gain = (epochs >= starts.get(name, 99)) * (arm == "true")
                noise = 0.001 * rng.normal(size=len(epochs)) * (name in starts)
                curves[name] = (0.5 + gain + noise * (epochs >= starts.get(name, 99))).tolist()
            runs.append({"arm": arm, "metrics": curves})
    decision = module.decide(Runs(runs))
    assert decision.verdict == verdict
    assert decision.effects["agreement"]["tells_at_epoch"] == starts.get("agreement")


def test_signals_know_the_extremes():
    module = learning_or_noise
    rng = np.random.default_rng(0)
    assert module.roughness(np.ones((4, 1, 5, 5))) == 0
    assert module.roughness(rng.normal(size=(4000, 1, 5, 5))) == pytest.approx(4, abs=0.1)
    maps = rng.normal(size=(20, 3, 4, 4))
    assert module.similarity(maps, 5 * maps) == pytest.approx(1)
    assert module.similarity(maps, 0 * maps) == 0
    twins = np.concatenate([maps[:2, 0].reshape(2, -1)] * 2)
    assert module.duplicates(twins) == pytest.approx(2 / 6) and module.duplicates(twins[:1]) == 0
    network = module.network(0)
    network.children()["3"].bias.data[:] = -100
    found = module.signals([network, module.network(1)], rng.random((4, 1, 28, 28), np.float32))
    assert found["dead"] == 1 and found["shift_response"] == 0


def test_noise_changes_the_share_it_says():
    labels = np.arange(20_000) % 10
    rng = np.random.default_rng(0)
    assert np.array_equal(learning_or_noise.with_noise(labels, 0.0, rng), labels)
    assert np.mean(learning_or_noise.with_noise(labels, 0.5, rng) == labels) == pytest.approx(
        0.55, abs=0.02
    )


def test_minimal_pipeline():
    good = {
        "shapes_right": 8,
        "gradient_error": 1e-9,
        "loss_at_start": 2.31,
        "steps_to_learn_32": 20,
        "test_accuracy": 0.97,
    }

    def verdict(**changes):
        runs = [{"arm": "cnn", "metrics": good | changes} for _ in minimal_pipeline.SEEDS]
        return minimal_pipeline.decide(Runs(runs)).verdict

    assert verdict() == "supported"
    for name, bad in [
        ("shapes_right", 7),
        ("gradient_error", 1e-6),
        ("loss_at_start", 2.5),
        ("steps_to_learn_32", 1000),
        ("test_accuracy", 0.95),
    ]:
        assert verdict(**{name: bad}) == "partly"


@pytest.mark.parametrize(
    "values, verdict",
    [
        ({"learned": 0.98, "bank": 0.97, "random": 0.94, "hog": 0.98}, "supported"),
        ({"learned": 0.98, "bank": 0.97, "random": 0.94, "hog": 0.995}, "partly"),
        ({"learned": 0.97, "bank": 0.97, "random": 0.94, "hog": 0.97}, "partly"),
        ({"learned": 0.97, "bank": 0.97, "random": 0.97, "hog": 0.97}, "not supported"),
        ({"learned": 0.96, "bank": 0.97, "random": 0.94, "hog": 0.97}, "refuted"),
    ],
)
def test_learned_filters(values, verdict):
    runs = planted(learned_filters, "test_accuracy", lambda arm: values.get(arm, 0.9))
    assert learned_filters.decide(runs).verdict == verdict


@pytest.mark.parametrize(
    "values, verdict",
    [
        ({"architecture": 0.9}, "supported"),
        ({"architecture": 0.9, "features": 0.9}, "partly"),
        ({"architecture": 0.9, "features": 0.95}, "refuted"),
        ({"architecture": 0.9, "all_three": 0.95}, "supported"),
        ({}, "not supported"),
        ({"architecture": 0.5}, "refuted"),
    ],
)
def test_four_levers(values, verdict):
    runs = planted(four_levers, "test_accuracy", lambda arm: values.get(arm, 0.6))
    assert four_levers.decide(runs).verdict == verdict


@pytest.mark.parametrize(
    "cnn, largest, verdict",
    [
        ((0.97, 0.9), (0.95, 0.95), "supported"),
        ((0.95, 0.9), (0.95, 0.95), "partly"),
        ((0.97, 0.95), (0.95, 0.95), "partly"),
        ((0.93, 0.9), (0.93, 0.95), "not supported"),
        ((0.94, 0.9), (0.95, 0.95), "refuted"),
    ],
)
def test_right_bias(cnn, largest, verdict):
    values = {"cnn": cnn, "mlp_30": largest}

    def of_arm(arm):
        network, _, order = arm.rpartition("_")
        return values.get(network, (0.93, 0.93))[order == "permuted"]

    assert right_bias.decide(planted(right_bias, "test_accuracy", of_arm)).verdict == verdict


def test_networks_that_are_compared_are_matched():
    choices = four_levers.choices("architecture")
    networks = {choice.network: four_levers.build(choice, (1, 40, 40), 0) for choice in choices}
    mlp = four_levers.build(four_levers.choices("baseline")[0], (1, 40, 40), 0)
    check_matched({"mlp": mlp} | networks)
    sizes = [parameters(right_bias.builder(name)(0)) for name in ("cnn", *right_bias.WIDTHS)]
    assert np.allclose(np.array(sizes[1:]) / sizes[0], [1, 3, 10, 30], rtol=0.05)


@pytest.mark.parametrize(
    "rise_of_class, fall_of_direction, verdict",
    [
        ((0.1, 0.1), (0.2, 0.2), "supported"),
        ((0.1, 0), (0.2, 0.2), "partly"),
        ((0.1, 0.1), (0.2, -0.2), "partly"),
        ((0.1, -0.1), (0.2, 0.2), "not supported"),
        ((0, 0), (0.2, 0.2), "not supported"),
        ((-0.1, -0.1), (0.2, 0.2), "refuted"),
    ],
)
def test_levels(rise_of_class, fall_of_direction, verdict):
    steps = np.array([0, 0.5, 1])
    luck = 0.002 * np.random.default_rng(0).normal(size=(len(levels.SEEDS), 3))
    runs = Runs(
        [
            {
                "arm": f"{name}_{state}",
                "metrics": {
                    "class_accuracy": 0.7 + rise * steps + of_seed - of_seed.mean(),
                    "direction_accuracy": 0.7 - fall * steps + of_seed - of_seed.mean(),
                },
            }
            for name, rise, fall in zip(
                levels.STAGED_SETS, rise_of_class, fall_of_direction, strict=True
            )
            for state in ("trained", "untrained")
            for of_seed in luck
        ]
    )
    assert levels.decide(runs).verdict == verdict


@pytest.mark.parametrize(
    "curve, verdict",
    [
        ((0.8, 0.7, 0.6, 0.5), "supported"),
        ((0.8, 0.85, 0.6, 0.5), "partly"),
        ((0.8, 0.8, 0.8, 0.8), "not supported"),
        ((0.8, 0.7, 0.8, 0.9), "refuted"),
    ],
)
def test_invariance_ladder(curve, verdict):
    luck = 0.002 * np.random.default_rng(0).normal(size=(len(invariance_ladder.SEEDS), 4))
    luck -= luck.mean(axis=0)
    runs = Runs(
        [
            {"arm": arm, "metrics": {"at_decision": np.array(curve) + of_seed}}
            for arm in invariance_ladder.ARMS
            for of_seed in luck
        ]
    )
    assert invariance_ladder.decide(runs).verdict == verdict


def test_the_direction_of_an_edge_is_its_sector():
    down, across = np.mgrid[:8, :8] / 8
    for sector, slope in enumerate([across, across + down, down, across - down]):
        image = slope[None, None].astype(np.float32)
        found = levels.direction(np.repeat(image, 4, 0), np.array([(0, 0), (0, 1), (1, 0), (1, 1)]))
        assert found.tolist() == [sector] * 4


def test_a_move_of_nothing_changes_nothing_and_a_period_neither():
    images = np.tile(np.random.default_rng(0).random((5, 1, 4, 4), np.float32), (1, 1, 9, 9))
    model = levels.network("digits", 0)
    changes = invariance_ladder.relative_change(model, images, pooled=True)
    assert (changes[:, 0] == 0).all() and (changes[:, 1:4] > 0.01).all()
    assert np.allclose(changes[:, 4], 0, atol=1e-6)  # the images repeat after four pixels


@pytest.mark.parametrize(
    "failing, spread, verdict",
    [
        ({"stride": 2, "stride_extra": 3}, {}, "supported"),
        ({}, {"stride": 0.04, "stride_extra": 0.04}, "supported"),
        ({"stride": 2}, {"stride_extra": 0.04}, "supported"),
        ({"stride_extra": 1}, {}, "partly"),
        ({"stride_extra": 1, "max": 1}, {}, "not supported"),
        ({"max": 1}, {"stride": 0.04}, "not supported"),
        ({"max": 1}, {}, "refuted"),
        ({"max": 1, "average": 1, "max_extra": 1}, {}, "refuted"),
        ({}, {"max_extra": 0.04}, "refuted"),
        ({}, {}, "not supported"),
    ],
)
def test_steadiness(failing, spread, verdict):
    rates = len(steadiness.LEARNING_RATES)
    luck = np.random.default_rng(0).normal(size=(len(steadiness.SEEDS), rates))
    runs = []
    for arm in steadiness.ARMS:
        failed = np.arange(rates) >= rates - failing.get(arm, 0)
        for of_seed in luck:
            accuracy = np.where(failed, 0.2, 0.7 + spread.get(arm, 0.01) * of_seed)
            metrics = {"accuracy": accuracy, "failed": failed, "share_failed": failed.mean()}
            runs.append({"arm": arm, "metrics": metrics})
    assert steadiness.decide(Runs(runs)).verdict == verdict


def test_spread_is_taken_where_neither_fails():
    runs = Runs(
        [
            {"arm": arm, "metrics": {"accuracy": accuracy, "failed": np.array(accuracy) < 1 / 3}}
            for arm, accuracies in {
                "max": [(0.5, 0.6, 0.1), (0.6, 0.6, 0.9), (0.8, 0.3, 0.9), (0.2, 0.2, 0.9)],
                "stride": [(0.5, 0.5, 0.9), (0.5, 0.7, 0.7), (0.9, 0.9, 0.5), (0.9, 0.9, 0.0)],
            }.items()
            for accuracy in accuracies
        ]
    )
    max_pooling, stride = steadiness.spreads(runs, "max", "stride")
    assert max_pooling == pytest.approx([0.05, 0, 0.1])  # the last seed has no rate left
    assert stride == pytest.approx([0.05, 0.2 / 3, 0.25])


@pytest.mark.parametrize(
    "network, pca, untrained, lost, verdict",
    [
        ([0.9] * 3, [0.6] * 3, [0.5] * 3, [0.8] * 3, "supported"),
        ([0.9] * 3, [0.6] * 3, [0.5] * 3, [0.8, 0.5, 0.5], "partly"),
        ([0.9] * 3, [0.6] * 3, [0.5, 0.9, 0.9], [0.8] * 3, "partly"),
        ([0.9, 0.9, 0.6], [0.6, 0.6, 0.7], [0.5] * 3, [0.8] * 3, "not supported"),
        ([0.6] * 3, [0.6] * 3, [0.5] * 3, [0.8] * 3, "not supported"),
        ([0.5] * 3, [0.6] * 3, [0.4] * 3, [0.8] * 3, "refuted"),
    ],
)
def test_learned_compression(network, pca, untrained, lost, verdict):
    module = learned_compression
    luck = 0.002 * np.random.default_rng(0).normal(size=(len(module.SEEDS), 1))
    flat = np.ones(len(module.SIZES))
    values = {"network": network, "pca": pca, "untrained": untrained}
    runs = Runs(
        [
            {
                "arm": f"{images}_{code}",
                "metrics": {
                    "class_accuracy": accuracies[place] * flat + of_seed,
                    "variance_lost": (lost[place] if code == "network" else 0.5) * flat + of_seed,
                },
            }
            for place, images in enumerate(module.SETS)
            for code, accuracies in values.items()
            for of_seed in luck
        ]
    )
    assert module.decide(runs).verdict == verdict


@pytest.mark.parametrize(
    "leads, verdict",
    [
        ([0.1, 0.1, 0.1, 0.1], "supported"),
        ([-0.1, 0.1, 0.1, 0], "partly"),
        ([-0.1, 0.1, 0, 0], "not supported"),
        ([0, 0, 0, 0], "not supported"),
        ([-0.1, -0.1, 0.1, 0], "refuted"),
    ],
)
def test_hand_made_features(leads, verdict):
    lead = dict(zip(hand_made_features.SETS, leads, strict=True))
    values = {"hog": 0.8, "raw": 0.6, "pca": 0.5}

    def of_arm(arm):
        images, _, method = arm.partition("_")
        return values.get(method, 0.8 + lead[images])

    runs = planted(hand_made_features, "test_accuracy", of_arm)
    assert hand_made_features.decide(runs).verdict == verdict


def test_components_lose_what_the_spectrum_says_and_no_other_code_loses_less():
    rng = np.random.default_rng(0)
    images = (rng.normal(size=(60, 25)) * np.geomspace(5, 0.1, 25)).reshape(60, 1, 5, 5)
    parts = [images, images]
    rows = images.reshape(60, 25) - images.reshape(60, 25).mean(axis=0)
    squares = np.linalg.svd(rows, compute_uv=False) ** 2

    def lost(codes):
        rebuilt = learned_compression.rebuilt(codes, parts)
        return learned_compression.share_lost(parts, rebuilt)

    best = lost(learned_compression.components(parts, 4))
    assert best == pytest.approx(squares[4:].sum() / squares.sum())
    others = [np.tanh(rows @ rng.normal(size=(25, 4))) for _ in range(20)]
    assert min(lost([code, code]) for code in others) > best
    assert lost([np.zeros((60, 1))] * 2) == pytest.approx(1)


def test_properties_are_those_of_a_drawn_stroke():
    images = np.zeros((3, 1, 20, 20))
    images[0, 0, 4:15, 9:11] = 1
    images[1, 0, 4:15, 7:13] = 1
    for row in range(4, 15):
        images[2, 0, row, 20 - row - 1 : 20 - row + 1] = 1  # a pixel to the left for each down
    slant, thickness, row, column = learned_compression.properties(images).T
    assert slant == pytest.approx([0, 0, 1])
    assert thickness[1] > 1.5 * thickness[0]
    assert row == pytest.approx([9, 9, 9]) and column[:2] == pytest.approx([9.5, 9.5])
    shares = learned_compression.explained([images[:, 0, :, 0]] * 2, [images[:, 0, 9, 7:9]] * 2)
    assert (shares <= 1e-9).all()  # an empty code explains nothing


@pytest.mark.parametrize(
    "gap, gains, verdict",
    [
        (0.1, {"dense": 0.03}, "supported"),
        (0.1, {"dense": 0.03, "pooled": 0.03}, "partly"),
        (0.1, {"dense": 0.03, "of_3000": 0.03}, "partly"),
        (0.1, {"dense": -0.03}, "refuted"),
        (0.1, {"dense": 0.0}, "not supported"),  # the gap is smaller, and nothing is gained
        (0.0, {"dense": 0.03}, "not supported"),
        (0.1, {"pooled": 0.03}, "not supported"),
    ],
)
def test_dropout_gap(gap, gains, verdict):
    def accuracy(arm):
        kind, _, dropped = arm.rpartition("_")
        return 0.85 + (gains.get(kind, 0) if dropped == "50" else 0)

    runs = planted(dropout_gap, "test_accuracy", accuracy)
    luck = planted(dropout_gap, "gap", lambda arm: gap - 0.02 * (arm == "dense_50"))
    for run, of_gap in zip(runs.runs, luck.runs, strict=True):
        run["metrics"] |= of_gap["metrics"] | {"loss_gap": 1.0}
    assert dropout_gap.decide(runs).verdict == verdict


def test_dropout_heads_are_of_one_size_and_drop_where_they_say():
    models = {arm: dropout_gap.network(dropout_gap.SETTINGS[arm], 0) for arm in dropout_gap.ARMS}
    check_matched(models)
    places = {
        arm: [number for number, layer in enumerate(model) if isinstance(layer, Dropout)]
        for arm, model in models.items()
    }
    assert places["dense_0"] == places["decay"] == []
    assert places["dense_50"] == [len(models["dense_50"]) - 2]
    assert places["pooled_50"] == [len(models["pooled_50"]) - 2]
    assert len(places["convolutions_25"]) == 2 and max(places["convolutions_25"]) < 8
    first, dropped = models["dense_0"].state_dict(), models["dense_50"].state_dict()
    for before, after in zip(first.values(), dropped.values(), strict=True):
        np.testing.assert_array_equal(before, after)  # dropout does not change the first weights
