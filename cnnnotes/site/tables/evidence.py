"""The ledger of claims, and what is known of the image sets."""

from collections import Counter
from statistics import fmean
from typing import Any

import numpy as np

from cnnnotes.data import DATASHEETS
from cnnnotes.experiments import results
from cnnnotes.experiments.experiment import Experiment, find
from cnnnotes.experiments.ledger import LEDGER
from cnnnotes.experiments.metrics import Metric
from cnnnotes.site.markdown import page_of
from cnnnotes.site.paths import DOCS

SHOWN = 2  # deciding effects of an experiment in the ledger; its own page has them all


def ledger() -> str:
    """Return all claims with verdict, effect and the way to each proof."""
    rows = [
        "| Id | Claim | Verdict | Effect, with its 95 % interval | Rerun |",
        "|---|---|---|---|---|",
    ]
    for claim in LEDGER:
        statement = claim.statement
        if (DOCS / f"{claim.chapter}.md").exists():
            statement = f"[{statement}](/{claim.chapter}.md)"
        cells = [f"**{claim.id}**", statement, "not yet", "", ""]
        if claim.experiment in results.names():
            record = results.load(claim.experiment)
            cells[2] = f"**{record['verdict']}**"
            experiment = find(claim.experiment)
            effects = [
                _effect(experiment.called(name), value)
                for name, value in record["effects"].items()
                if experiment.decides(name)
            ]
            more = [f"and {len(effects) - SHOWN} more"] if len(effects) > SHOWN else []
            cells[3] = "<br>".join([*effects[:SHOWN], *more])
            cells[4] = _proof(claim.experiment)
        rows.append("| " + " | ".join(cells) + " |")
    return '<div class="ledger" markdown="1">\n\n' + "\n".join(rows) + "\n\n</div>\n"


def datasheets() -> str:
    """Return source, licence, split and leakage check of each image set."""
    return "\n\n".join(f"**`{name}`** {text}" for name, text in DATASHEETS.items()) + "\n"


def record(name: str) -> str:
    """Return all that a reader asks of an experiment: question, rule, verdict, numbers, seeds."""
    found, experiment = results.load(name), find(name)
    chapters = {
        claim.id: claim.chapter for claim in LEDGER if (DOCS / f"{claim.chapter}.md").exists()
    }
    claims = [f"[{id}](/{chapters[id]}.md)" if id in chapters else id for id in found["claims"]]
    versions = ", ".join(f"{package} {version}" for package, version in found["versions"].items())
    return "\n".join(
        [
            f'{found["question"]} <span class="verdict">{found["verdict"]}</span>\n',
            f"**The rule** (claim {', '.join(claims)}):\n",
            f"> {found['rule']}\n",
            *_effects(experiment, found["effects"], deciding=True),
            *_effects(experiment, found["effects"], deciding=False),
            *_arms(experiment, found["runs"]),
            "",
            f"Image set: {found['dataset']}. Seeds: {', '.join(map(str, found['seeds']))}. "
            f"It took {found['seconds']:.0f} s of one core, with {versions}.\n",
            f"{_links(name)} · run it again: `cnnnotes experiments run {name}`\n",
        ]
    )


def _effects(
    experiment: Experiment, effects: dict[str, dict[str, Any]], *, deciding: bool
) -> list[str]:
    """Return a table of the effects that decide, or of the others, if there are any."""
    told = "What decides" if deciding else "Reported beside it"
    rows = [
        f"| {experiment.called(effect)} | {sparkline(value)} | {_interval(value)} |"
        for effect, value in effects.items()
        if experiment.decides(effect) == deciding
    ]
    head = [f"| {told} | seeds | mean, 95 % interval |", "|---|---|---|"]
    return [*head, *rows, ""] if rows else []


def _arms(experiment: Experiment, runs: list[dict[str, Any]]) -> list[str]:
    """Return a table of what each arm gave: its mean, and between which values its seeds lie."""
    metrics = {
        name: metric
        for name, metric in experiment.metrics.items()
        if all(np.ndim(run["metrics"].get(name, 0)) == 0 for run in runs)
    }
    if not metrics:
        return ["The numbers of each arm are curves: see the figures."]
    table = [["Arm", *(metric.heading for metric in metrics.values())]]
    for arm in experiment.arms:
        of_arm = [run["metrics"] for run in runs if run["arm"] == arm]
        cells = [
            _seeds(metric, [run[name] for run in of_arm if name in run])
            for name, metric in metrics.items()
        ]
        table.append([experiment.names[arm], *cells])
    if len(table[0]) > len(table):  # higher than wide, for a phone
        table = [list(column) for column in zip(*table, strict=True)]
        table[0][0] = "Measured"
    head, *rows = [f"| {' | '.join(cells)} |" for cells in table]
    told = "Each number is the mean over the seeds; in brackets, the lowest and the highest."
    return [head, "|---" * len(table[0]) + "|", *rows, "", told]


def _seeds(metric: Metric, values: list[float]) -> str:
    if not values:
        return ""
    if metric.chosen:
        times = Counter(values)
        return ", ".join(f"{value:g} ×{times[value]}" for value in sorted(times))
    mean, low, high = map(metric.shown, (fmean(values), min(values), max(values)))
    return mean if low == high else f"{mean} ({low} to {high})"


def _links(name: str) -> str:
    code = f"/generated/source/cnnnotes/experiments/{name}.py.txt"
    return f"[code]({code}) · [all numbers, JSON](/results/{name}.json)"


def _proof(experiment: str) -> str:
    page = page_of(experiment)
    return (
        f"[experiment]({page})<br>{_links(experiment)}<br>`cnnnotes experiments run {experiment}`"
    )


def _effect(name: str, effect: dict[str, Any]) -> str:
    return f"{sparkline(effect)} {name}: {_interval(effect)}"


def _interval(value: dict[str, Any]) -> str:
    mean, low, high = (short(value[key]) for key in ("mean", "low", "high"))
    return mean if low == high else f"{mean} ({low} to {high})"


def short(value: float) -> str:
    """Return a number with three significant digits and a true minus sign; 1,000 in full."""
    return f"{value:{',.0f' if abs(value) >= 1000 else '.3g'}}".replace("-", "−")


def sparkline(effect: dict[str, Any]) -> str:
    """Draw an effect in a line of text: interval, mean, each seed as a dot, and where zero is."""
    values = [0.0, effect["low"], effect["high"], *effect["per_seed"]]
    least, most = min(values), max(values)

    def x(value: float) -> str:
        return f"{3 + 84 * (value - least) / ((most - least) or 1):.1f}"

    dots = "".join(f'<circle cx="{x(seed)}" cy="7" r="1.5"/>' for seed in effect["per_seed"])
    return (
        '<svg class="spark" viewBox="0 0 90 14" width="90" height="14" aria-hidden="true">'
        f'<path d="M{x(0)} 0V14" stroke-dasharray="2 2"/>'
        f'<path d="M{x(effect["low"])} 7H{x(effect["high"])}" stroke-width="2"/>'
        f'<path d="M{x(effect["mean"])} 2V12" stroke-width="2"/>{dots}</svg>'
    )
