"""What the doctor says: which layer, why, the arithmetic, and what would mend it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Fix:
    """One way to mend a network.

    Attributes
    ----------
    text
        What to do, for a reader.
    argument
        The layer's argument to change, or ``"input"`` or ``"target"`` for what goes in;
        ``"reader"`` if it is none of these.
    value
        Its new value; for an input the expression that makes it, with ``x`` for the old one
        (``y``, a target's).
    """

    text: str
    argument: str
    value: object

    def __str__(self) -> str:
        """Return what to do."""
        return self.text


@dataclass(frozen=True)
class Diagnosis:
    """Why layers and an input do not fit together.

    Attributes
    ----------
    problem
        The kind of error, such as ``"conv channels"``; empty if nothing is wrong.
    reason
        One sentence.
    arithmetic
        The sum behind it, with the reader's numbers; may be empty.
    fixes
        Smallest first.
    layer
        The layer's name; empty if not known.
    where
        The reader's line of code, if a traceback showed it.
    """

    problem: str
    reason: str
    arithmetic: str = ""
    fixes: tuple[Fix, ...] = ()
    layer: str = ""
    where: str = ""

    def __str__(self) -> str:
        """Return all of it in a few lines of plain text."""
        lines = [f"{self.layer}: {self.reason}" if self.layer else self.reason]
        if self.where:
            lines.append(f"  {self.where}")
        if self.arithmetic:
            lines.append(f"  {self.arithmetic}")
        for number, fix in enumerate(self.fixes):
            goes_on = fix.text.startswith(("and ", "then "))
            lines.append(f"  {'fix: ' if not number else '' if goes_on else 'or '}{fix}")
        return "\n".join(lines)

    def at(self, layer: str) -> "Diagnosis":
        """Return the same, said of ``layer``, unless it already names one."""
        return self if self.layer else replace(self, layer=layer)

    def as_dict(self) -> dict[str, object]:
        """Return plain lists and strings, ready for JSON."""
        return {
            "problem": self.problem,
            "layer": self.layer,
            "where": self.where,
            "reason": self.reason,
            "arithmetic": self.arithmetic,
            "fixes": [fix.text for fix in self.fixes],
        }


class ShapeError(ValueError):
    """Layers and an input do not fit together; ``diagnosis`` says why."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__(str(diagnosis))
        self.diagnosis = diagnosis
