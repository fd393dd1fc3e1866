"""The ledger of claims, and what is known of the image sets."""

from typing import Any

from cnnnotes.data import DATASHEETS
from cnnnotes.experiments import results
from cnnnotes.experiments.ledger import LEDGER
from cnnnotes.site.paths import DOCS


def ledger() -> str:
    """Return all claims with verdict, effect and the way to each proof."""
    rows = [
        "| Claim | | Verdict | Effect, with its 95 % interval | Rerun |",
        "|---|---|---|---|---|",
    ]
    for claim in LEDGER:
        statement = claim.statement
        if (DOCS / f"{claim.chapter}.md").exists():
            statement = f"[{statement}](/{claim.chapter}.md)"
        cells = [f"**{claim.id}**", statement, "not yet", "", ""]
        if claim.experiment:
            record = results.load(claim.experiment)
            cells[2] = f"**{record['verdict']}**"
            cells[3] = "<br>".join(map(_effect, *zip(*record["effects"].items(), strict=True)))
            cells[4] = _proof(claim.experiment)
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n{ .ledger }\n"


def datasheets() -> str:
    """Return source, licence, split and leakage check of each image set."""
    return "\n\n".join(f"**`{name}`** {text}" for name, text in DATASHEETS.items()) + "\n"


def _proof(experiment: str) -> str:
    code = f"/generated/source/cnnnotes/experiments/{experiment}.py.txt"
    return (
        f"[code]({code}) [numbers](/results/{experiment}.json)<br>"
        f"`cnnnotes experiments run {experiment}`"
    )


def _effect(name: str, effect: dict[str, Any]) -> str:
    mean, low, high = (short(effect[key]) for key in ("mean", "low", "high"))
    return f"{sparkline(effect)} {name.replace('_', ' ')}: {mean} ({low} to {high})"


def short(value: float) -> str:
    """Return a number with three significant digits and a true minus sign."""
    return f"{value:.3g}".replace("-", "−")


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
