import json
import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cnnnotes import training
from cnnnotes.layers import (
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    load_arrays,
    save_arrays,
)
from cnnnotes.losses import cross_entropy, cross_entropy_backward
from cnnnotes.optim import SGD, Adam, AdamW, CosineAnnealingLR, StepLR
from cnnnotes.torch_twin import to_torch
from cnnnotes.training import Evaluation, History, evaluate, fit, logits, predict


def stripes(count=40, seed=0):
    """Images with a bright row (class 0) or a bright column (class 1), and some noise."""
    rng = np.random.default_rng(seed)
    images = rng.normal(0, 0.1, (count, 1, 6, 6)).astype(np.float32)
    labels = np.arange(count) % 2
    for image, label, place in zip(images, labels, rng.integers(0, 6, count), strict=True):
        image[0].T[place] += 1 if label else 0
        image[0][place] += 0 if label else 1
    return images, labels


def small_network(seed=0, dropout=0.2):
    return Sequential(
        Conv2d(1, 4, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Dropout(dropout),
        Linear(36, 2),
        seed=seed,
    )


def train(model=None, *, epochs=2, kind=SGD, quiet=True, **options):
    model = model or small_network()
    images, labels = stripes()
    rate = {"lr": 0.1, "momentum": 0.9} if kind is SGD else {"lr": 0.01}
    optimizer = options.pop("optimizer", None) or kind(model.parameters(), **rate)
    options = {"batch_size": 16, "progress": not quiet} | options
    return fit(model, images, labels, epochs=epochs, optimizer=optimizer, **options)


def test_it_learns():
    model = small_network()
    history = train(model, epochs=20, validation=stripes(seed=1))
    assert history.losses[0] == pytest.approx(np.log(2), abs=0.2)
    assert history.validation_accuracy[-1] > 0.95
    assert history.train_accuracy[-1] > 0.95
    assert not model.training
    assert len(history.losses) == len(history.learning_rates) == 20 * 3
    assert history.epochs == len(history.train_loss) == len(history.validation_loss) == 20
    assert evaluate(model, *stripes(seed=1)) == (
        history.validation_loss[-1],
        history.validation_accuracy[-1],
    )


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (SGD, {"lr": 0.05, "momentum": 0.9}),
        (SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-2}),
        (Adam, {}),
        (AdamW, {"weight_decay": 0.1}),
    ],
)
def test_a_hundred_steps_follow_torch(kind, options):
    rng = np.random.default_rng(0)
    ours = Sequential(
        Conv2d(1, 8, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Conv2d(8, 16, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(64, 10),
        seed=0,
    ).to(np.float64)
    theirs = to_torch(ours)
    optimizer = kind(ours.parameters(), **options)
    twin = getattr(torch.optim, kind.__name__)(theirs.parameters(), **options)
    losses, expected = [], []
    for _ in range(100):
        images, labels = rng.normal(size=(16, 1, 8, 8)), rng.integers(0, 10, 16)
        outputs = ours(images)
        losses.append(cross_entropy(outputs, labels))
        ours.backward(cross_entropy_backward(1.0, outputs, labels))
        optimizer.step()
        twin.zero_grad()
        loss = F.cross_entropy(theirs(torch.tensor(images)), torch.tensor(labels))
        expected.append(loss.item())
        loss.backward()
        twin.step()
    np.testing.assert_allclose(losses, expected, rtol=0, atol=1e-6)


def test_the_steps_are_the_plain_ones():
    images, labels = stripes()
    model = small_network(dropout=0)
    history = train(model, epochs=2, seed=5, label_smoothing=0.1)
    plain = small_network(dropout=0)
    optimizer = SGD(plain.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for epoch in range(2):
        order = np.random.default_rng([5, epoch]).permutation(40)
        for batch in (order[:16], order[16:32], order[32:]):
            outputs = plain(images[batch])
            losses.append(float(cross_entropy(outputs, labels[batch], label_smoothing=0.1)))
            gradient = cross_entropy_backward(1.0, outputs, labels[batch], label_smoothing=0.1)
            plain.backward(gradient)
            optimizer.step()
    assert history.losses == losses
    assert history.train_loss[1] == pytest.approx(np.average(losses[3:], weights=[16, 16, 8]))
    for ours, theirs in zip(model.parameters(), plain.parameters(), strict=True):
        assert (ours.data == theirs.data).all()


def test_training_accuracy_counts_right_answers():
    history = train(
        epochs=1, optimizer=SGD((model := small_network(dropout=0)).parameters(), lr=0), model=model
    )
    assert history.train_accuracy == [evaluate(model, *stripes()).accuracy]


def test_seeds_fix_the_run():
    assert train() == train()
    assert train(seed=1).losses != train(seed=2).losses


@pytest.mark.parametrize("kind", [SGD, Adam, AdamW])
@pytest.mark.parametrize("schedule", [None, CosineAnnealingLR])
def test_a_run_resumes_to_the_bit(kind, schedule, tmp_path):
    path = tmp_path / "run.npz"

    def run(epochs, **options):
        model = small_network()
        rate = {"lr": 0.1, "momentum": 0.9} if kind is SGD else {"lr": 0.01}
        optimizer = kind(model.parameters(), **rate)
        if schedule is not None:
            options["schedule"] = schedule(optimizer, 20)
        options["validation"] = stripes(seed=1)
        history = train(model, optimizer=optimizer, epochs=epochs, **options)
        return model, optimizer, history

    whole_model, whole_optimizer, whole = run(4)
    run(2, checkpoint=path)
    model, optimizer, history = run(4, checkpoint=path, resume=True)
    assert history == whole
    assert history.epochs == 4
    assert optimizer.lr == whole_optimizer.lr
    for ours, theirs in zip(model.parameters(), whole_model.parameters(), strict=True):
        assert (ours.data == theirs.data).all()
    assert model[4].rng.random() == whole_model[4].rng.random()
    again = run(4, checkpoint=path, resume=True)[2]
    assert again == whole
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_without_resume_a_checkpoint_is_written_anew(tmp_path):
    path = tmp_path / "run.npz"
    first = train(checkpoint=path)
    assert train(checkpoint=path) == first
    assert train(checkpoint=path, resume=True) == first
    path.unlink()
    assert train(checkpoint=path, resume=True) == first


def test_checkpoints_that_do_not_fit(tmp_path):
    path = tmp_path / "run.npz"
    train(checkpoint=path)
    resume = {"checkpoint": path, "resume": True}
    with pytest.raises(ValueError, match=r"run\.npz does not fit.*\(0, 16, 40\)"):
        train(batch_size=8, **resume)
    with pytest.raises(ValueError, match=r"does not fit this run.*optimizer/exp_avg\.0"):
        train(kind=Adam, **resume)
    with pytest.raises(ValueError, match=r"does not fit this run.*shape"):
        train(Sequential(Conv2d(1, 4, 2, seed=0), *small_network()[1:]), **resume)
    with pytest.raises(ValueError, match=r"does not fit this run.*dropout/0.*too many"):
        train(Sequential(*small_network()[:4], Flatten(), Linear(36, 2, seed=0)), **resume)
    model = small_network()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    with pytest.raises(ValueError, match=r"does not fit this run.*schedule"):
        train(model, optimizer=optimizer, schedule=StepLR(optimizer, 3), **resume)
    model.save(path)
    with pytest.raises(ValueError, match=r"does not fit this run.*identity"):
        train(model, **resume)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"run\.npz is no readable"):
        train(model, **resume)


def test_a_checkpoint_that_does_not_fit_changes_nothing(tmp_path):
    path = tmp_path / "run.npz"
    train(checkpoint=path)
    arrays = load_arrays(path)
    del arrays["dropout/0"]
    save_arrays(path, arrays)
    model = small_network(seed=7)
    before, random = model.state_dict(), model[4].rng.bit_generator.state
    with pytest.raises(ValueError, match="does not fit"):
        train(model, checkpoint=path, resume=True)
    assert all((value == before[name]).all() for name, value in model.state_dict().items())
    assert model[4].rng.bit_generator.state == random


def test_schedules_step_once_a_batch():
    model = small_network()
    optimizer = SGD(model.parameters(), lr=1.0)
    history = train(model, optimizer=optimizer, schedule=StepLR(optimizer, 3, 0.5), epochs=2)
    assert history.learning_rates == [1, 1, 1, 0.5, 0.5, 0.5]


def test_callback_sees_each_epoch_in_eval_mode():
    model, seen = small_network(), []
    train(model, epochs=3, callback=lambda history: seen.append((history.epochs, model.training)))
    assert seen == [(1, False), (2, False), (3, False)]


def test_evaluate_predict_and_logits():
    model, (images, labels) = small_network(), stripes()
    model.eval()
    outputs = model(images)
    model.train()
    model[1].eval()
    np.testing.assert_allclose(logits(model, images, batch_size=7), outputs, rtol=1e-5, atol=1e-6)
    assert (predict(model, images) == outputs.argmax(axis=1)).all()
    result = evaluate(model, images, labels)
    assert isinstance(result, Evaluation)
    assert result.loss == pytest.approx(float(cross_entropy(outputs, labels)))
    assert result.accuracy == (outputs.argmax(axis=1) == labels).mean()
    assert model.training
    assert not model[1].training


def test_modes_are_put_back_after_an_error():
    model = small_network()
    with pytest.raises(ValueError, match="in_features"):
        predict(model, np.zeros((1, 1, 8, 8), np.float32))
    assert all(layer.training for layer in model.modules())


def test_the_layer_that_goes_first_is_named():
    model = small_network()
    with pytest.raises(
        FloatingPointError, match=r"after \d steps: .*learning rate lower than 1e\+30"
    ):
        train(model, epochs=5, optimizer=SGD(model.parameters(), lr=1e30))
    model = small_network()
    model[0].weight.data[...] = 3e38
    with pytest.raises(
        FloatingPointError, match=r"0 steps: the output of layer 0, Conv2d\(1, 4, 3"
    ):
        train(model, validation=None)
    model = small_network()
    model[0].bias.data[0] = np.nan
    with pytest.raises(FloatingPointError, match=r"the parameter 0\.bias is no longer finite"):
        train(model)
    single = Sequential(Flatten(), Linear(36, 2, init="he"), seed=0)
    single[1].bias.data[...] = [3e38, -3e38]
    with pytest.raises(FloatingPointError, match="the logits are too large"):
        train(single)


def test_progress_with_rich(capsys):
    train(quiet=False, validation=stripes(seed=1))
    output = capsys.readouterr()
    assert output.out == ""
    assert "epoch 2/2, loss" in output.err
    assert "validation accuracy" in output.err
    assert "100%" in output.err


def test_progress_without_rich(capsys, monkeypatch):
    monkeypatch.setattr(training, "find_spec", lambda name: None)
    train(quiet=False)
    output = capsys.readouterr()
    assert output.out == ""
    lines = output.err.splitlines()
    assert [line[:15] for line in lines] == ["epoch 1/2, loss", "epoch 2/2, loss"]


def test_silent_without_progress(capsys):
    train()
    assert capsys.readouterr() == ("", "")


def test_history_is_plain_data():
    history = train(epochs=1)
    assert json.loads(json.dumps(history.losses)) == history.losses
    assert History().epochs == 0


IMAGES, LABELS = stripes()


def fit_with(**changed):
    model = changed.pop("model", None) or small_network()
    options = {"epochs": 1, "optimizer": SGD(model.parameters()), "progress": False} | changed
    images, labels = options.pop("images", IMAGES), options.pop("labels", LABELS)
    return fit(model, images, labels, **options)


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"images": IMAGES.tolist()}, TypeError, r"images \(a list\)"),
        ({"images": (IMAGES * 255).astype(np.uint8)}, TypeError, r"images \(dtype uint8\)"),
        ({"images": IMAGES[:0], "labels": LABELS[:0]}, ValueError, "images .* must not be empty"),
        ({"images": np.full_like(IMAGES, np.nan)}, ValueError, "images must be finite"),
        ({"labels": LABELS.tolist()}, TypeError, r"labels \(list\)"),
        ({"labels": LABELS.astype(float)}, TypeError, r"labels \(dtype float64\)"),
        ({"labels": LABELS[:3]}, ValueError, r"labels \(shape \(3,\)\).*\(40,\)"),
        ({"labels": LABELS + 1}, ValueError, r"target \(holding 2\)"),
        ({"epochs": 0}, ValueError, r"epochs \(=0\)"),
        ({"seed": None}, TypeError, r"seed \(=None\)"),
        ({"batch_size": 0}, ValueError, r"batch_size \(=0\)"),
        ({"optimizer": SGD(small_network().parameters())}, ValueError, r"optimizer \(a SGD\)"),
        ({"schedule": StepLR(SGD(small_network().parameters()), 1)}, ValueError, "schedule"),
        ({"resume": True}, ValueError, "checkpoint"),
        ({"validation": (IMAGES, LABELS[:3])}, ValueError, "labels"),
    ],
)
def test_bad_arguments(changed, error, words):
    with pytest.raises(error, match=words):
        fit_with(**changed)


def test_evaluation_with_bad_arguments():
    with pytest.raises(ValueError, match="batch_size"):
        predict(small_network(), IMAGES, batch_size=0)
    with pytest.raises(ValueError, match="must not be empty"):
        predict(small_network(), IMAGES[:0])
    with pytest.raises(ValueError, match="labels"):
        evaluate(small_network(), IMAGES, LABELS[:3])


def test_import_is_light():
    program = (
        "import sys, cnnnotes, cnnnotes.training;"
        "heavy = {'torch', 'matplotlib', 'sklearn', 'rich', 'scipy', 'mlxtend'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
