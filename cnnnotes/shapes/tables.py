"""Tables of strings, in plain text and in Markdown."""

from collections.abc import Sequence

LEFT = 3  # the first columns hold words; the others hold numbers, which line up on the right


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in plain text, with a rule under its head and above its last row."""
    columns, *rows = [[printable(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        placed = [
            cell.ljust(width) if column < LEFT else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(placed).rstrip()

    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([line(columns), rule, *map(line, rows[:-1]), rule, line(rows[-1])])


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; vertical bars in cells are escaped."""
    columns, *rows = [[printable(cell) for cell in row] for row in (columns, *rows)]
    aligned = [":--" if column < LEFT else "--:" for column in range(len(columns))]
    lines = [columns, aligned, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def printable(text: object) -> str:
    """Return text in which what does not print, such as a control character, shows as its escape.

    So no name can clear a terminal or turn a line around: "\\x1b" stands for an escape.
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in str(text)
    )
