"""Our own errors, when they come back as pasted text: one reader for all."""

import re

from cnnnotes.shapes.diagnosis import Diagnosis, Fix

_FIX = re.compile(r" {0,4}(?:(?:fix:|or) (?=.)|(?=and |then ))(.{1,500})")
_LAYER = re.compile(r"(?:[\w.]{1,60}Error: )?(?:([\w.() ]{1,60}): )?(.{1,500})")
_MUST = re.compile(
    r"(?P<reason>(?P<argument>[a-z_]\w{0,40}) "
    r"\((?:=|shape |dtype |a |an )[^\n]{1,300}?\) (?:must|has|have|cannot|needs?|is|are) [^\n]{1,500})"
)


def read(text: str) -> Diagnosis | None:
    """Return the diagnosis that was printed as ``text``, or what an argument must be."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.lstrip().startswith("fix: ")), 0)
    if first:
        start = first - 1 if not lines[first - 1].startswith(" ") else max(first - 2, 0)
        layer, reason = _LAYER.fullmatch(lines[start][:600].strip() or "?").groups()  # type: ignore[union-attr]
        fixes = []
        for line in lines[first:]:
            match = _FIX.fullmatch(line)
            if not match:
                break
            fixes.append(Fix(match[1], "reader", None))
        if fixes:
            arithmetic = lines[first - 1].strip() if start < first - 1 else ""
            return Diagnosis("pasted diagnosis", reason, arithmetic, tuple(fixes), layer or "")
    found = list(_MUST.finditer(text))
    if not found:
        return None
    reason, _, fix = found[-1]["reason"].strip().partition("; ")
    argument = found[-1]["argument"]
    fixes = [Fix(fix, argument, None)] if fix else []
    return Diagnosis(f"argument {argument}", f"{reason.rstrip('.')}.", "", tuple(fixes))
