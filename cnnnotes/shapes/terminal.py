"""A pasted terminal: which errors stand in it, and where in the reader's code they happened."""

import html
import re
import unicodedata
from dataclasses import dataclass, field

from cnnnotes.shapes.diagnosis import Diagnosis

_LONGEST = 80_000  # letters; of more, the head and the tail are read
_ESCAPES = re.compile(r"\x1b\[[0-?]{0,40}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b]{0,300}(?:\x07|\x1b\\)")
_COLOURS = re.compile(r"\[\d{1,2}(?:;\d{1,3}){0,5}m")  # what is left of them when ESC is lost
_PREFIX = re.compile(
    r"^(?:> ?){0,3}(?:E {2,12}|\[?rank\d{1,4}\]?: ?|\(\w{1,40} pid=\d{1,9}[^)]{0,80}\) ?"
    r"|\d{1,4}: (?= |Tr|\w+Er))?"
)
_HEAD = re.compile(
    r"(?:^|[\s:>(|])((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}?"
    r"(?:Error|Exception|Warning|Interrupt|Exit))(?:: ?(.*)|\s*$)"
)
_CODE = re.compile(r"^\s{0,40}(?:raise|except|assert|with|return|#)\b")
_CHAIN = re.compile(
    r"During handling of the above|direct cause of the following|Caught \w+Error in"
)
_START = re.compile(r"Traceback \(most recent call last\)|^During handling of|^The above exception")
_PASSING = re.compile(
    r"Warning$|KeyboardInterrupt|SystemExit|ChildFailedError|ProcessRaised|ProcessExited"
    r"|CalledProcessError|RemoteError|RayTaskError|RemoteTraceback|RetryError"
)
_PLACES = (
    re.compile(
        r'File "(?P<file>[^"]{1,300})", line (?P<line>\d{1,7})(?:, in (?P<function>.{1,80}))?'
    ),
    re.compile(
        r"^(?:File |Cell |Input )?(?P<file>[^\s:(]{0,300}\.py|(?:In ?)?\[\d{1,5}\])"
        r"(?::(?P<line>\d{1,7}))?,? (?:line (?P<line2>\d{1,7}),? )?in (?P<function>.{1,80})"
    ),
    re.compile(
        r"^(?:\[?(?P<file>(?:[~/.\w]|<ipython)[^\s:(\]]{0,300})\]?(?:\([^)\s]{0,200}\))?) in "
        r"(?P<function>[\w.<>]{1,60}\(.{0,200}|<module>.{0,9})$"
    ),
)
_ARROW = re.compile(r"^-{1,8}> ?(?P<line>\d{1,7})\s+(?P<code>.{1,300})")
_PYTEST = re.compile(r"^(?P<file>[\w./\\-]{1,200}\.py):(?P<line>\d{1,7}): (?:\w+Error|in \w+)")
_LIBRARY = re.compile(
    r"(?:site|dist)-packages|[/\\](?:torch|torchvision|tensorflow|keras|numpy|sklearn|PIL)[/\\]"
    r"|[/\\]lib[/\\]python\d|<frozen|<__array_function__|<string>|[/\\]pytorch_lightning[/\\]"
)
_CALL = re.compile(r"\bself\.((?:\w{1,40}(?:\[\w{1,20}\])?\.){0,4}\w{1,40}(?:\[\w{1,20}\])?)\(")
_FAMILIES = {
    "linear": r"fc|lin|dense|head|classif|proj|out|mlp",
    "conv": r"conv|down|shortcut|stem",
    "pool": r"pool",
    "norm": r"bn|norm",
    "loss": r"loss|crit",
}
_METHODS = [
    "view",
    "reshape",
    "size",
    "forward",
    "flatten",
    "permute",
    "log",
    "save",
    "cuda",
    "to",
    "squeeze",
    "unsqueeze",
]


@dataclass
class Frame:
    """One step of a traceback: ``marked`` is what carets underline in ``code``."""

    file: str
    line: str = ""
    function: str = ""
    code: str = ""
    marked: str = ""
    indent: int = 0

    @property
    def library(self) -> bool:
        """Whether the code is somebody else's."""
        return bool(_LIBRARY.search(self.file))


@dataclass
class Failure:
    """One error of a terminal, with the steps that led to it."""

    kind: str
    message: str = ""
    frames: list[Frame] = field(default_factory=list)
    passable: bool = False  # another error, before it, may be what matters

    @property
    def code(self) -> str:
        """The reader's line that failed; empty if not shown."""
        own = self._own()
        return own.code if own else ""

    def place(self, diagnosis: Diagnosis) -> tuple[str, str]:
        """Return the layer's name and where it was called, as far as the traceback shows."""
        own = self._own()
        if own is None or not own.code:
            return "", ""
        function = re.split(r"[(\s]", own.function.strip("<>"))[0].split(".")[-1]
        place = f"in {function}" if function and function not in ("module", "cell") else ""
        if own.line:
            place += f"{', ' * bool(place)}line {own.line}"
        where = f"{place}: {own.code}" if place else own.code
        return self._layer(own, diagnosis.problem), where

    def _own(self) -> Frame | None:
        return next((f for f in reversed(self.frames) if not f.library and f.code), None)

    def _layer(self, own: Frame, problem: str) -> str:
        names = [
            name
            for name in _CALL.findall(own.marked or own.code)
            if name.split(".")[-1] not in _METHODS
        ]
        if len(names) > 1 and own.marked:
            names = names[:1]  # the call that failed encloses those that had returned
        if len(names) > 1:
            trail = (
                " ".join(f"{f.file} {f.code}" for f in self.frames if f.library)[-400:] + problem
            )
            family = next((k for k in _FAMILIES if k in trail.lower()), "")
            named = [n for n in names if family and re.search(_FAMILIES[family], n.lower())]
            names = named if len(named) == 1 else []
        return names[0] if names else ""


def clean(text: str) -> str:
    """Return ``text`` without colours, control characters and typographic quotes.

    Of a very long text the head and the tail are kept.
    """
    if len(text) > _LONGEST:
        text = text[: _LONGEST // 4] + "\n" + text[-3 * _LONGEST // 4 :]
    text = html.unescape(text)
    text = _COLOURS.sub("", _ESCAPES.sub("", text))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.translate(str.maketrans("\u00a0\u2018\u2019\u201c\u201d\t", " ''\"\" "))
    text = re.sub(r"(?<=\d)×(?=\d)", "x", text)
    return "".join(c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")


def failures(text: str) -> list[Failure]:
    """Return the errors and warnings of a clean ``text``, in its order."""
    found: list[Failure] = []
    frames: list[Frame] = []
    chained, reading, after_traceback = False, False, False
    for raw in text.split("\n"):
        line = _PREFIX.sub("", raw, count=1)
        chained = chained or bool(_CHAIN.search(line[:300]))
        if _START.search(line[:300]):
            frames, reading, after_traceback = [], False, True
            if found and _CHAIN.search(found[-1].message[:300]):
                chained = True  # what a worker raised, told again by its parent
            continue
        if found and line.startswith(("FAILED ", "ERROR ")):  # pytest's summary cuts messages short
            reading = False
            continue
        head = None if _CODE.match(line) else _HEAD.search(line[:400])
        if head and (head[2] or head[0].rstrip().endswith(":") or after_traceback):
            place = _PYTEST.match(line)
            if place and found:
                continue
            end = head.start(2) if head[2] is not None else len(line)
            passable = chained or bool(_PASSING.search(head[1]))
            found.append(Failure(head[1], line[end:], frames, passable))
            frames, chained, reading, after_traceback = [], False, True, False
            continue
        frame = _frame(line)
        if frame:
            frames.append(frame)
            continue
        if frames and not reading:
            _add_code(frames[-1], line)
        if reading:
            found[-1].message += "\n" + line
            pytest = _PYTEST.match(line)
            if pytest and not found[-1].frames:
                found[-1].frames.append(Frame(pytest["file"], pytest["line"], "", _pointed(text)))
    for failure in found:
        failure.message = failure.message[:50_000]
    return found


def _frame(line: str) -> Frame | None:
    short = line.strip()[:600]
    for pattern in _PLACES:
        match = pattern.search(short)
        if match:
            caught = match.groupdict()
            number = caught.get("line") or caught.get("line2") or ""
            return Frame(caught["file"], number, caught["function"] or "")
    return None


def _add_code(frame: Frame, line: str) -> None:
    arrow = _ARROW.match(line.strip())
    if arrow:
        frame.line, frame.code = arrow["line"], arrow["code"].strip()
    elif frame.code and re.fullmatch(r"\s{0,300}[~^]{1,300}\s*", line[:700]):
        start = len(line) - len(line.lstrip()) - frame.indent
        frame.marked = frame.code[max(start, 0) : start + len(line.strip())]
    elif not frame.code and line.strip() and not re.match(r"\s{0,9}\d{1,7}\s", line):
        frame.code, frame.indent = line.strip()[:300], len(line) - len(line.lstrip())


def _pointed(text: str) -> str:
    pointed = re.findall(r"^>\s{3,40}(\S.{0,300})$", text, re.MULTILINE)
    return pointed[-1].strip() if pointed else ""
