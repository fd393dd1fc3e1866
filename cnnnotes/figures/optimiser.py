"""Figures of the page on the optimiser."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from cnnnotes.checks import Array
from cnnnotes.figures.style import TEXT_WIDTH, Palette
from cnnnotes.layers import Parameter
from cnnnotes.optim import SGD

CURVATURE = np.array([1.0, 40.0])
START = np.array([10.0, 1.0])
RATES = np.geomspace(1e-3, 0.2, 60)
NAMES = {0.0: "no momentum", 0.5: "momentum 0.5", 0.9: "momentum 0.9"}


def paths(palette: Palette) -> tuple[Figure, str]:
    """Draw the way down a narrow valley with and without momentum, each at its best rate."""
    steps = 40
    figure, axes = plt.subplots(2, 1, figsize=(TEXT_WIDTH, 4.4), sharex=True)
    across, along = np.meshgrid(np.linspace(-4.5, 11, 120), np.linspace(-1.4, 1.4, 80))
    heights = _loss(np.stack([across, along], axis=-1))
    said = []
    for cell, momentum, colour in zip(
        axes, (0.0, 0.9), (palette.orange, palette.blue), strict=True
    ):
        rate = RATES[_losses(momentum, steps).argmin()]
        path = _path(rate, momentum, steps)
        cell.contour(across, along, heights, levels=_loss(START) * np.geomspace(1e-3, 1, 8))
        for drawn in cell.collections:
            drawn.set(edgecolor=palette.muted, linewidth=0.6, alpha=0.6)
        cell.plot(path[:, 0], path[:, 1], "o-", color=colour, ms=3.2, lw=1)
        cell.plot(*START, "o", color=palette.ink, ms=6)
        cell.plot(0, 0, "+", color=palette.ink, ms=9)
        cell.set(xticks=[], yticks=[], xlim=(-4.5, 11), ylim=(-1.4, 1.4))
        final = _loss(path[-1])
        cell.set_title(f"{NAMES[momentum]}, learning rate {rate:.3f}: loss {_short(final)}")
        cell.spines[:].set_visible(False)
        said.append(f"{NAMES[momentum]}, at rate {rate:.3f}, {_short(final)}")
    return figure, (
        f"Two paths of {steps} steps down the same valley, {CURVATURE[1] / CURVATURE[0]:.0f} times "
        f"as steep across as along, from a loss of {_loss(START):.0f}, each at the best of "
        f"{len(RATES)} learning rates. Loss at the end: {'; '.join(said)}. Without momentum the "
        "path jumps from wall to wall and creeps along; with it, it overshoots and swings back."
    )


def learning_rates(palette: Palette) -> tuple[Figure, str]:
    """Draw the loss after 100 steps against the learning rate, with the borders of divergence."""
    steps, top = 100, 1e4
    figure, axes = plt.subplots(figsize=(TEXT_WIDTH, 3.4))
    colours = (palette.orange, palette.purple, palette.blue)
    said = []
    for (momentum, name), colour in zip(NAMES.items(), colours, strict=True):
        losses = _losses(momentum, steps)
        limit = 2 * (1 + momentum) / CURVATURE.max()
        axes.plot(RATES, losses.clip(1e-12, 1e6), color=colour, label=name)
        axes.axvline(limit, color=colour, ls="--", lw=0.9)
        best = losses.argmin()
        said.append(
            f"{name}: best {_short(losses[best])} at rate {RATES[best]:.3f}, "
            f"diverges from {limit:.3f} on"
        )
    start = float(_loss(START))
    axes.axhline(start, color=palette.muted, lw=0.8)
    axes.text(0.004, 2 * start, "loss at the start", fontsize=9, color=palette.muted)
    axes.set(xscale="log", yscale="log", xlim=(RATES[0], RATES[-1]), ylim=(1e-9, top))
    axes.set(xlabel="learning rate", ylabel=f"loss after {steps} steps")
    axes.set_xticks([0.001, 0.01, 0.1], ["0.001", "0.01", "0.1"])
    axes.minorticks_off()
    axes.legend(loc="lower left")
    return figure, (
        f"Loss after {steps} steps against the learning rate, both axes logarithmic. "
        f"{'; '.join(said)}. With momentum 0.9 the loss is low over a wide range of rates, without "
        "it in a narrow one, just before the border."
    )


def _path(lr: float, momentum: float, steps: int) -> Array:
    """Return where the optimiser stands at the start and after each step, (steps + 1, 2)."""
    parameter = Parameter(START.copy())
    optimizer = SGD([parameter], lr, momentum)
    places = [START]
    for _ in range(steps):
        parameter.grad = CURVATURE * parameter.data
        optimizer.step()
        places.append(parameter.data.copy())
    return np.array(places)


def _losses(momentum: float, steps: int) -> Array:
    """Return the loss after so many steps at each learning rate."""
    return np.array([_loss(_path(lr, momentum, steps)[-1]) for lr in RATES])


def _loss(places: Array) -> Array:
    loss: Array = (CURVATURE * places**2).sum(axis=-1) / 2
    return loss


def _short(value: Array) -> str:
    return f"{value:.2g}" if value >= 1e-3 else "under a thousandth"
