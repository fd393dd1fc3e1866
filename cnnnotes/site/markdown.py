"""What our pages can say beyond Markdown: figures, snippets, source, tables, numbers, math.

Pages name things in fences of one or a few lines:

    ``` figure
    minimal_pipeline.loss_curve
    A caption, in Markdown; {{ minimal_pipeline.seconds:.0f }} is filled in.
    ```
    ``` snippet
    minimal_pipeline/train
    ```
    ``` source
    cnnnotes.conv.conv2d
    ```
    ``` table
    evidence.record permuted_pixels
    ```

A table is made by a function of `cnnnotes.site.tables`, which takes the words that follow its name
and returns Markdown.
"""

import ast
import re
import textwrap
from html import escape
from importlib import import_module
from posixpath import dirname, relpath
from typing import ClassVar
from xml.etree.ElementTree import Element

from l2m4m import LaTeX2MathMLExtension
from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from mkdocs.exceptions import BuildError

from cnnnotes.experiments import results
from cnnnotes.figures import draw
from cnnnotes.site.paths import DOCS, FIGURES, ROOT, SNIPPETS

FENCE = re.compile(
    r"^(?P<indent>[ ]*)``` (?P<kind>figure|snippet|source|table)\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
NUMBER = re.compile(r"\{\{\s*(?P<name>[^\s:{}]+)\s*(?::(?P<format>[^{}]*))?\}\}")


class SiteError(BuildError):
    """A page asks for something that is not there; the message names it."""


def figure(body: str) -> str:
    """Turn a figure's name and caption into a `<figure>` that follows the colour theme."""
    name, _, caption = body.partition("\n")
    drawn = draw.drawn_in(FIGURES, name)
    if drawn is None:
        raise SiteError(f"figure {name!r} is missing: cnnnotes/figures/ could not draw it")
    images = "".join(
        f"![{escape(drawn.alt)}](/generated/figures/{name}.{theme}.svg#only-{theme})"
        f'{{ width="{drawn.width}" height="{drawn.height}" loading="lazy" }}'
        for theme in ("light", "dark")
    )
    links = [f"[code](/generated/source/cnnnotes/figures/{name.partition('.')[0]}.py.txt)"]
    links += [f"[experiment: {words(record)}]({page_of(record)})" for record in drawn.records]
    return (
        f'<figure markdown="1">\n{images}\n'
        f'<figcaption markdown="1">\n{caption}\n'
        f'<span class="provenance" markdown="1">{" · ".join(links)}</span>\n'
        f"</figcaption>\n</figure>\n"
    )


def page_of(record: str) -> str:
    """Return the address of an experiment's page, or of its numbers if it has none."""
    page = f"evidence/{record.replace('_', '-')}.md"
    return f"/{page}" if (DOCS / page).exists() else f"/results/{record}.json"


def words(name: str) -> str:
    """Return a name of the code as a reader would write it."""
    return name.replace("_", " ")


def snippet(name: str) -> str:
    """Show a snippet and what it prints; with a tab for its PyTorch twin, if it has one."""
    twin = f"{name}_torch"
    if not (SNIPPETS / f"{twin}.py").exists():
        return _program(name)
    tabs = {"NumPy": name, "PyTorch": twin}
    return "\n".join(
        f'=== "{title}"\n\n{textwrap.indent(_program(program), "    ")}'
        for title, program in tabs.items()
    )


def _program(name: str) -> str:
    for suffix in (".py", ".out"):
        if not (SNIPPETS / f"{name}{suffix}").exists():
            raise SiteError(f"snippets/{name}{suffix} is missing; write it, or run: make record")
    code, output = ((SNIPPETS / f"{name}{suffix}").read_text() for suffix in (".py", ".out"))
    return (
        f'``` python title="snippets/{name}.py"\n{code}```\n\n'
        f'``` text title="prints"\n{output}```\n'
    )


def source(name: str) -> str:
    """Show a function or class of the package, whole, as it stands."""
    module_name, _, definition = name.rpartition(".")
    path = ROOT / (module_name.replace(".", "/") + ".py")
    if not path.exists():
        raise SiteError(f"source {name!r}: there is no {module_name.replace('.', '/')}.py")
    text = path.read_text()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == definition:
            code = "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
            return f'``` python title="{path.relative_to(ROOT)}"\n{code}\n```\n'
    raise SiteError(f"source {name!r}: {path.relative_to(ROOT)} does not define {definition!r}")


def table(body: str) -> str:
    """Return what a function of `cnnnotes.site.tables` makes: rows computed, not typed."""
    name, *arguments = body.split()
    module_name, _, function_name = name.partition(".")
    try:
        function = getattr(import_module(f"cnnnotes.site.tables.{module_name}"), function_name)
    except (ImportError, AttributeError) as error:
        raise SiteError(f"table {name!r} is not in cnnnotes/site/tables/: {error}") from None
    try:
        return str(function(*arguments))
    except results.ResultsError as error:
        raise SiteError(f"table {name!r}: {error}") from None


def number(match: re.Match[str]) -> str:
    """Fill in a recorded number; `.1pp` is a share in points with its sign, `.1points` without."""
    name, form = match["name"], (match["format"] or "").strip()
    try:
        value = results.lookup(name)
        if form.endswith("pp"):
            return f"{100 * value:+{form.removesuffix('pp')}f} points".replace("-", "−")
        if form.endswith("points"):
            return f"{abs(100 * value):{form.removesuffix('points')}f} points"
        return f"{value:{form}}".replace("-", "−") if form else str(value)
    except (LookupError, ValueError, TypeError) as error:
        raise SiteError(f"number {match[0]}: {error}") from None


KINDS = {"figure": figure, "snippet": snippet, "source": source, "table": table}


def fill_in(text: str) -> str:
    """Return a page's text with its numbers and fences replaced by plain Markdown."""
    return FENCE.sub(_expand, NUMBER.sub(number, text))


def _expand(match: re.Match[str]) -> str:
    """Expand one fence, at the indentation at which it stands."""
    body = textwrap.dedent(match["body"]).strip()
    return textwrap.indent(KINDS[match["kind"]](body), match["indent"]).rstrip()


class Fences(Preprocessor):
    """Replaces our fences and numbers by plain Markdown, before anything else reads the page."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the page's lines with everything filled in."""
        return fill_in("\n".join(lines)).split("\n")


class MathCheck(Treeprocessor):
    """Refuses TeX that the converter passed through unread or left incomplete."""

    PARTS: ClassVar = {
        **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2),
        **dict.fromkeys(("msubsup", "munderover"), 3),
    }

    def run(self, root: Element) -> None:
        """Raise `SiteError` if a formula has a TeX command in it still, or lacks a part."""
        for formula in root.iter("math"):
            text = "".join(formula.itertext())
            if "\\" in text:
                raise SiteError(f"bad TeX: {text!r} has a command that is not understood")
            for element in formula.iter():
                if len(element) != self.PARTS.get(element.tag, len(element)):
                    raise SiteError(f"bad TeX: {text!r} has an incomplete {element.tag}")


class RelativeLinks(Treeprocessor):
    """Makes links and pictures that begin with `/`, as our fences write them, relative to the page.

    Before MkDocs or Zensical look at them: MkDocs could do it, Zensical can't.
    """

    def run(self, root: Element) -> None:
        """Rewrite them; text that is no page of a site is left as it is."""
        page = _page(self.md)
        for element in root.iter() if page else ():
            for attribute in ("href", "src"):
                target = element.get(attribute) or ""
                if target.startswith("/") and page:
                    place, mark, anchor = target[1:].partition("#")
                    relative = relpath(place, dirname(page) or ".")
                    element.set(attribute, f"{relative}{mark}{anchor}")


def _page(md: Markdown) -> str | None:
    """Return the page's path below `docs/`; MkDocs and Zensical leave it with a processor each."""
    if "relpath" in md.treeprocessors:
        path: str = md.treeprocessors["relpath"].file.src_uri
        return path
    if "rendering_context" in md.preprocessors:
        path = md.preprocessors["rendering_context"].page.path
        return path
    return None


class CNNNotes(Extension):
    """The Markdown extension that the pages are written for."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the fences, the math and its check."""
        md.preprocessors.register(Fences(md), "cnnnotes-fences", 40)
        LaTeX2MathMLExtension().extendMarkdown(md)
        md.treeprocessors.register(MathCheck(md), "cnnnotes-math-check", 5)
        md.treeprocessors.register(RelativeLinks(md), "cnnnotes-relative-links", 4)


def makeExtension(**settings: object) -> CNNNotes:
    """Return the extension: Markdown looks for this name."""
    return CNNNotes(**settings)
