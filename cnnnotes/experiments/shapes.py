"""C11: is the formula right, and which argument surprises the reader who overlooks it?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from cnnnotes.conv import conv2d
from cnnnotes.experiments.experiment import Decision, Details, Outcome, Report, Runs
from cnnnotes.experiments.intervals import exact
from cnnnotes.experiments.metrics import Count
from cnnnotes.pool import max_pool2d
from cnnnotes.shapes import (
    Conv,
    Pool,
    catalogue,
    conv_output_size,
    pool_output_size,
    trace,
    unread_positions,
)

QUESTION = "Is the size formula always right, and which overlooked argument makes a size surprise?"
CLAIMS = ("C11",)
DATASET = "none"
ARMS = ("conv", "pool", "in_use")
NAMES = {"conv": "convolution", "pool": "pooling", "in_use": "networks in use"}
METRICS = {
    "settings": Count("settings"),
    "mismatches": Count("sizes that disagree"),
    **{
        f"{argument}_{kind}": Count(f"{told} {argument}")
        for argument in ("stride", "padding", "dilation", "rounding")
        for kind, told in {"set": "settings with", "surprises": "surprises by"}.items()
    },
}
SEEDS = (0,)
RULE = """
A surprise is a size that differs from the size with one argument overlooked, that is, left at its
default (stride 1, or the kernel size in pooling; padding 0; dilation 1; rounding down); a kernel
that no longer fits counts as one. Three things are asked. First, for every setting of a grid (sizes
1–40, kernels 1–7, strides 1–4, paddings 0–3, dilations 1–3, both roundings where there are two) the
formula gives the size that counting the windows one by one gives, and that our own convolution and
max pooling return. Second, over the settings with kernels of 2 and more in which an argument is
set, both the stride and the padding surprise in a larger share than dilation and than rounding, in
convolution and in pooling. Third, in the convolutions and poolings of seven well-known networks,
at least nine of ten surprises are the stride's or the padding's. Shown exactly if all three hold;
partly if the first and one other hold; not supported if only the first holds; refuted if the first
fails.
"""
DECIDING = ("*",)

SUSPECTS = ("stride", "padding", "dilation", "rounding")
SAME_NETWORK_AGAIN = "resnet50-paper"


@dataclass(frozen=True)
class Setting:
    """One axis of one layer; `rounding` is True where a pooling rounds up."""

    operation: str
    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int = 1
    rounding: bool = False

    def output_size(self) -> int | None:
        """Return what the formula says; None if no window fits."""
        arguments = (self.size, self.kernel, self.stride, self.padding, self.dilation)
        try:
            if self.operation == "conv":
                return conv_output_size(*arguments)
            return pool_output_size(*arguments, ceil_mode=self.rounding)
        except ValueError:
            return None

    def without(self, suspect: str) -> "Setting":
        """Return the setting as it is read by someone who overlooks one argument."""
        stride = 1 if self.operation == "conv" else self.kernel
        defaults: dict[str, Any] = {
            "stride": stride,
            "padding": 0,
            "dilation": 1,
            "rounding": False,
        }
        return replace(self, **{suspect: defaults[suspect]})


def run_arm(arm: str, seed: int, report: Report) -> Outcome:
    """Go through the grid of one operation, or through the networks in use."""
    if arm == "in_use":
        found = surprises(used_settings())
        return Outcome(found, details={"shares": shares(found)})
    settings = [setting for setting in grid(arm) if setting.output_size() is not None]
    mismatches = sum(setting.output_size() != counted(setting) for setting in settings)
    mismatches += sum(setting.output_size() != made(setting) for setting in settings)
    too_small = [setting for setting in grid(arm) if setting.output_size() is None]
    mismatches += sum(counted(setting) > 0 for setting in too_small)
    found = surprises([setting for setting in settings if setting.kernel > 1])
    return Outcome(
        {"settings": len(settings), "mismatches": mismatches, **found},
        details={"shares": shares(found), "dropped": dropped(settings)},
    )


def decide(runs: Runs) -> Decision:
    """Apply the rule."""

    def share(arm: str, suspect: str) -> float:
        surprising = runs.of(arm, f"{suspect}_surprises")[0]
        return float(surprising / runs.of(arm, f"{suspect}_set")[0])

    right = all(runs.of(arm, "mismatches")[0] == 0 for arm in ("conv", "pool"))
    margins = {
        f"{first}_minus_{other}_in_{arm}": share(arm, first) - share(arm, other)
        for arm, others in (("conv", ["dilation"]), ("pool", ["dilation", "rounding"]))
        for first in ("stride", "padding")
        for other in others
    }
    in_use = {suspect: runs.of("in_use", f"{suspect}_surprises")[0] for suspect in SUSPECTS}
    of_first_suspects = float((in_use["stride"] + in_use["padding"]) / sum(in_use.values()))
    others_hold = [all(margin > 0 for margin in margins.values()), of_first_suspects >= 0.9]
    verdict = ("not supported", "partly", "shown exactly")[sum(others_hold)]
    effects = {**margins, "share_of_stride_and_padding_in_use": of_first_suspects}
    return Decision(
        {name: exact(value) for name, value in effects.items()}, verdict if right else "refuted"
    )


def details(by_run: Details) -> dict[str, Any]:
    """Gather how often each argument surprises, and which settings leave input unread."""
    kept: dict[str, Any] = {arm: by_run[arm, SEEDS[0]] for arm in ARMS}
    return kept


def grid(operation: str) -> Iterator[Setting]:
    """Yield every setting of the grid that the operation accepts, save for its size."""
    roundings = (False,) if operation == "conv" else (False, True)
    sizes, kernels, strides, paddings, dilations = (
        range(1, 41),
        range(1, 8),
        range(1, 5),
        range(4),
        range(1, 4),
    )
    for setting in product(sizes, kernels, strides, paddings, dilations, roundings):
        _, kernel, _, padding, _, _ = setting
        if operation == "conv" or padding <= kernel // 2:
            yield Setting(operation, *setting)


def used_settings() -> list[Setting]:
    """Return the convolutions and poolings of the well-known networks, one axis of each."""
    found = []
    for name, network in catalogue().items():
        if name == SAME_NETWORK_AGAIN:
            continue
        steps = trace(network).steps
        for step in steps:
            if isinstance(step.layer, Conv | Pool):
                layer, size = step.layer, steps[step.inputs[0]].grid[0]
                arguments = (layer.kernel_size[0], layer.stride[0], layer.padding[0][0])
                operation = "conv" if isinstance(layer, Conv) else "pool"
                rounding = getattr(layer, "ceil_mode", False)
                found.append(
                    Setting(operation, size, *arguments, layer.dilation[0], rounding=rounding)
                )
    return found


def counted(setting: Setting) -> int:
    """Lay the window down again and again, and count; this knows nothing of the formula."""
    span = 1 + max(tap * setting.dilation for tap in range(setting.kernel))
    end, start, windows = setting.size + 2 * setting.padding, 0, 0
    while start + span <= end:
        windows, start = windows + 1, start + setting.stride
    if setting.rounding and start + span - end < setting.stride:
        windows += start < setting.size + setting.padding
    return windows


def made(setting: Setting) -> int:
    """Return the size that our operation returns."""
    image = np.zeros((1, 1, setting.size, setting.size), np.float32)
    arguments = (setting.stride, setting.padding, setting.dilation)
    if setting.operation == "conv":
        weight = np.zeros((1, 1, setting.kernel, setting.kernel), np.float32)
        return conv2d(image, weight, None, *arguments).shape[-1]
    return max_pool2d(image, setting.kernel, *arguments, setting.rounding).shape[-1]  # type: ignore[union-attr]


def surprises(settings: list[Setting]) -> dict[str, int]:
    """Return for each suspect in how many settings it is set, and in how many it surprises."""
    counts: Counter[str] = Counter()
    for setting in settings:
        for suspect in SUSPECTS:
            overlooked = setting.without(suspect)
            counts[f"{suspect}_set"] += overlooked != setting
            counts[f"{suspect}_surprises"] += overlooked.output_size() != setting.output_size()
    return dict(counts)


def shares(found: dict[str, int]) -> dict[str, float]:
    """Return in which share of the settings that set it each suspect surprises."""
    return {
        suspect: found[f"{suspect}_surprises"] / found[f"{suspect}_set"]
        for suspect in SUSPECTS
        if found[f"{suspect}_set"]
    }


def dropped(settings: list[Setting]) -> dict[str, Any]:
    """Return which share of settings leaves input unread, in all and by stride; no dilation."""
    by_stride: dict[str, list[bool]] = {}
    for setting in settings:
        if setting.dilation == 1 and not setting.rounding:
            arguments = (setting.size, setting.kernel, setting.stride, setting.padding)
            by_stride.setdefault(str(setting.stride), []).append(bool(unread_positions(*arguments)))
    drops = [drop for group in by_stride.values() for drop in group]
    return {
        "settings": len(drops),
        "share_that_drops": float(np.mean(drops)),
        "share_that_drops_by_stride": {
            stride: float(np.mean(group)) for stride, group in by_stride.items()
        },
    }
