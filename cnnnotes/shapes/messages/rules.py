"""How a message is read: a pattern, and a reader that makes a diagnosis of what it caught."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from re import Match, Pattern

from cnnnotes.shapes.diagnosis import Diagnosis, Fix


@dataclass(frozen=True)
class Seen:
    """What a terminal shows around a message.

    Attributes
    ----------
    code
        The reader's own line that failed; empty if not shown.
    text
        All of it.
    """

    code: str = ""
    text: str = ""

    @property
    def flattened(self) -> bool:
        """Whether a flatten that keeps the batch is in sight."""
        return bool(
            re.search(
                r"nn\.Flatten\(|\bflatten\(\w*,? ?(?:start_dim=)?1\)"
                r"|\.(?:view|reshape)\((?:\w+\.(?:size\(0\)|shape\[0\])|len\(\w+\)|\w*batch\w*|\w+\.size\(\)\[0\]),",
                self.text,
            )
        )

    @property
    def folded(self) -> int | None:
        """The number in ``view(-1, number)``, which lets pictures slip into the batch."""
        calls = re.findall(
            r"\.(?:view|reshape)\(\s{0,3}-1\s{0,3},\s{0,3}([\d* ]{1,40})\)", self.text
        )
        factors = re.findall(r"\d{1,9}", calls[-1]) if calls else []
        return prod(map(int, factors)) if factors else None


Reader = Callable[[Match[str], Seen], Diagnosis | None]
Rule = tuple[Pattern[str], Reader]
Template = tuple[str, str, object]

SHAPE = r"[\[(][-\d, x]{0,200}[\])]"


def numbers(text: str) -> tuple[int, ...]:
    """Return the whole numbers in ``text``."""
    return tuple(map(int, re.findall(r"(?<![\w.])-?\d{1,15}|\d{1,15}", text)))


def times(shape: tuple[int, ...]) -> str:
    """Return "3 × 224 × 224"."""
    return " × ".join(map(str, shape))


def counted(number: int, thing: str) -> str:
    """Return "1 axis", "2 axes", "3 channels"."""
    many = {"axis": "axes", "class": "classes"}.get(thing, f"{thing}s")
    return f"{number} {thing if number == 1 else many}"


def to_input(text: str, call: str) -> Fix:
    """Return a fix of what goes in: ``call`` is written with ``x``."""
    return Fix(f"{text}: {call}", "input", call)


def to_target(text: str, call: str) -> Fix:
    """Return a fix of the target: ``call`` is written with ``y``."""
    return Fix(f"{text}: {call}", "target", call)


def advice(text: str) -> Fix:
    """Return a fix that only the reader can make."""
    return Fix(text, "reader", None)


def rule(pattern: str, read: Reader) -> Rule:
    """Return a rule; letters' case does not matter."""
    return re.compile(pattern, re.IGNORECASE), read


def plain(
    pattern: str, problem: str, reason: str, *fixes: Fix | Template, arithmetic: str = ""
) -> Rule:
    """Return a rule whose words hold the pattern's groups in braces."""

    def read(match: Match[str], seen: Seen) -> Diagnosis:
        caught = {name: value or "" for name, value in match.groupdict().items()}

        def fill(words: object) -> object:
            if not isinstance(words, str):
                return words
            filled = words.format(**caught)
            return int(filled) if re.fullmatch(r"\d{1,15}", filled) else filled

        made = [
            fix if isinstance(fix, Fix) else Fix(str(fill(fix[0])), fix[1], fill(fix[2]))
            for fix in fixes
        ]
        return Diagnosis(problem, reason.format(**caught), arithmetic.format(**caught), tuple(made))

    return rule(pattern, read)
