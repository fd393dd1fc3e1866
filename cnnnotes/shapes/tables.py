"""Tables of strings, in plain text and in Markdown."""

from collections.abc import Sequence

LEFT = 3  # the first columns hold words; the others hold numbers, which line up on the right


def plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in plain text, with a rule under its head and above its last row."""
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
    aligned = [":--" if column < LEFT else "--:" for column in range(len(columns))]
    lines = [columns, aligned, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
