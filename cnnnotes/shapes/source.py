"""Pasted Python text → its syntax tree: prompts, fences and cut-off brackets are mended."""

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

DEEPEST = 100  # brackets


class ReadError(ValueError):
    """A pasted network that cannot be read; the message is one line and names the place."""


@dataclass(frozen=True)
class Source:
    """A syntax tree, the lines it came from, and what was mended."""

    tree: ast.Module
    lines: tuple[str, ...]
    note: str = ""

    def fail(self, node: ast.AST, why: str) -> ReadError:
        """Return an error that shows the line of ``node``."""
        number = getattr(node, "lineno", 1)
        line = self.lines[number - 1] if number <= len(self.lines) else ""
        return ReadError(f"line {number} ({short(line)}): {why}")

    def not_run(self, node: ast.AST, what: str, way: str = "write its value out") -> ReadError:
        """Return the error for code that would have to be run."""
        return self.fail(
            node,
            f"{what} is not followed, since pasted code is never run; {way}, "
            "or give --torch module:callable",
        )


def parsed(text: str) -> Source:
    """Return the syntax tree of a paste.

    Raises
    ------
    ReadError
        If it is no Python, not even with its brackets closed.
    """
    text = textwrap.dedent(without_prompts(text)).strip("\n")
    depth, surplus, missing = _brackets(text)
    if depth > DEEPEST:
        raise ReadError(f"brackets are nested {depth} deep; at most {DEEPEST} are read")
    tries = [text, f"[\n{text}\n]", "\n".join(line.strip() for line in text.splitlines())]
    if missing:
        tries += [text + "\n" + missing, f"[\n{text}\n{missing}]"]
    if surplus:
        whole = _without_surplus(text)
        tries += [whole, f"[\n{whole}\n]"]
    first: SyntaxError | None = None
    for number, attempt in enumerate(tries):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(attempt)
        except SyntaxError as error:
            first = first or error
        except (ValueError, RecursionError, MemoryError):
            raise ReadError("the code is no Python that can be read") from None
        else:
            note = "the paste is a piece: brackets are missing" if number >= 3 else ""
            return Source(tree, tuple(attempt.splitlines()), note)
    lines = text.splitlines() or [""]
    at = min((first.lineno if first else 1) or 1, len(lines))
    raise ReadError(f"line {at} ({short(lines[at - 1])}) is no Python: {first and first.msg}")


def without_prompts(text: str) -> str:
    """Return code without ``>>>``, ``In [1]:`` and Markdown fences, its output left out."""
    lines = text.expandtabs().splitlines()
    prompt = re.compile(r"\s*(>>>|\.\.\.:?|In \[\d+\]:) ?")
    if any(re.match(r"\s*(>>>|In \[\d+\]:)", line) for line in lines):
        kept, inside = [], False
        for line in lines:
            match = prompt.match(line)
            # IPython's lines may go on without a prompt, after which output has its own mark.
            inside = bool(match) or (inside and line.startswith(" "))
            if inside:
                kept.append(line[match.end() :] if match else line)
        lines = kept
    return "\n".join(line for line in lines if not line.lstrip().startswith("```"))


@lru_cache(maxsize=256)  # one long line may hold thousands of layers
def short(line: str) -> str:
    """Return a line in quotes, cut if it is long."""
    line = " ".join(line.split())
    return repr(line if len(line) <= 60 else line[:57] + "…")


def _brackets(text: str) -> tuple[int, int, str]:
    """Return the deepest nesting, how many close too much, and what would close the rest."""
    open_now: list[str] = []
    deepest = surplus = 0
    for mark in _marks(text):
        if mark.group() in "([{":
            open_now.append(mark.group())
            deepest = max(deepest, len(open_now))
        elif open_now:
            open_now.pop()
        else:
            surplus += 1
    return deepest, surplus, "".join(")]}"["([{".index(mark)] for mark in reversed(open_now))


def _without_surplus(text: str) -> str:
    depth, cut = 0, set()
    for mark in _marks(text):
        depth += 1 if mark.group() in "([{" else -1
        if depth < 0:
            depth = 0
            cut.add(mark.start())
    return "".join(letter for place, letter in enumerate(text) if place not in cut)


def _marks(text: str) -> Iterator[re.Match[str]]:
    """Give the brackets that stand outside strings and comments."""
    strings = r"'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""
    for match in re.finditer(strings + r"|#[^\n]*|[\[\](){}]", text, re.DOTALL):
        if match.group() in "()[]{}":
            yield match
