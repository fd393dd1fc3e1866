"""The command line: ``cnnnotes shapes``, ``diagnose``, ``solve``, ``inspect``, ``experiments``.

A command imports what it needs when it runs, so that help is quick.
"""

import json as json_module
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

try:
    import typer
    from rich.console import Console
    from rich.table import Table
except ModuleNotFoundError as missing:
    print(
        f"cnnnotes: the command line needs {missing.name}; pip install 'cnnnotes[cli]'",
        file=sys.stderr,
    )
    raise SystemExit(2) from None

if TYPE_CHECKING:
    from cnnnotes.shapes import Trace

app = typer.Typer(
    help="Convolution and pooling: shapes, costs, and what went wrong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Input = Annotated[str, typer.Option("--input", help="Shape of one input, such as 1x28x28.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def shapes(
    network: Annotated[
        str,
        typer.Argument(
            help="A network in words, such as 'conv 8 3x3 pad 1 | relu | maxpool 2', "
            "or a name of the catalogue, such as vgg16."
        ),
    ] = "",
    input: Input = "",
    torch: Annotated[
        str, typer.Option(help="A PyTorch module instead: module:callable that makes it.")
    ] = "",
    json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
) -> None:
    """Print what each layer makes, costs and sees."""
    from cnnnotes.shapes import catalogue, parse, trace

    if bool(network) == bool(torch):
        raise ValueError("give a network in words, or --torch module:callable (one of them)")
    made: Any
    if torch:
        made = _torch_module(torch)
    else:
        made = catalogue().get(network) or parse(network)
    shape = _shape(input) if input else getattr(made, "input_shape", None)
    if shape is None:
        raise ValueError("--input is needed: the shape of one input, such as --input 1x28x28")
    traced = trace(made, shape)
    if json:
        print(traced.to_json())
    elif markdown:
        print(traced.markdown())
    else:
        _show(traced)


@app.command()
def diagnose(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="An error message, or a network in words with --input."),
    ] = None,
    input: Input = "",
    json: Json = False,
) -> None:
    """Say why shapes do not fit, from an error message (or on stdin, a whole traceback)."""
    from cnnnotes.shapes import diagnose as ask

    text = " ".join(words or []) or sys.stdin.read()
    if not text.strip():
        raise ValueError("there is nothing to diagnose; give a message or pipe a traceback in")
    diagnosis = ask(text, _shape(input) if input else None)
    print(json_module.dumps(diagnosis.as_dict(), indent=2) if json else diagnosis)


@app.command()
def solve(
    input: Annotated[int, typer.Argument(help="Size that goes in.")],
    output: Annotated[int, typer.Argument(help="Size that should come out.")],
    operation: Annotated[str, typer.Option(help="conv, pool or conv_transpose.")] = "conv",
    most: Annotated[int, typer.Option(min=1, help="How many to show.")] = 12,
    json: Json = False,
) -> None:
    """List kernels, strides, paddings and dilations that lead from one size to another."""
    from dataclasses import asdict

    from cnnnotes.shapes import solve as find

    found = find(input, output, operation=operation)  # type: ignore[arg-type]
    if json:
        print(json_module.dumps([asdict(solution) for solution in found], indent=2))
        return
    if not found:
        raise ValueError(f"nothing in range leads from {input} to {output}")
    for solution in found[:most]:
        print(solution)
    if len(found) > most:
        print(f"… and {len(found) - most} more (--most)")


@app.command()
def inspect(
    models: Annotated[
        list[str] | None,
        typer.Argument(help="A .npz file that model.save wrote; several are compared."),
    ] = None,
    images: Annotated[
        str, typer.Option(help="A .npy file (N, C, H, W), a picture or a folder, or 'digits'.")
    ] = "digits",
    labels: Annotated[str, typer.Option(help="A .npy file with the classes (N,).")] = "",
    torch: Annotated[
        str, typer.Option(help="A PyTorch module as well: module:callable that makes it.")
    ] = "",
    output: Annotated[str, typer.Option(help="Where the page goes.")] = "report.html",
    limit: Annotated[int, typer.Option(min=1, help="Look at so many images at most.")] = 200,
    size: Annotated[str, typer.Option(help="Stretch the images to it: 28, or 28x40.")] = "",
    channels: Annotated[
        int | None, typer.Option(help="Make the images grey (1) or coloured (3).")
    ] = None,
    invert: Annotated[
        bool, typer.Option("--invert", help="Black on white to white on black, as 'digits' are.")
    ] = False,
) -> None:
    """Write one HTML page on what is inside a network: shapes, maps, dead filters, confusions."""
    from pathlib import Path

    from cnnnotes.layers import load_model
    from cnnnotes.report import compare, load_images, load_labels, on_light_ground, report
    from cnnnotes.report.fitting import flags_that_fit, read_size
    from cnnnotes.shapes import ShapeError
    from cnnnotes.shapes.tables import printable

    networks: dict[str, Any] = {Path(path).stem: load_model(path) for path in models or []}
    if len(networks) < len(models or []):
        raise ValueError("two models have the same name; rename one of the files")
    if torch:
        networks[torch] = _torch_module(torch)
    if not networks:
        raise ValueError("give a model: a .npz file, or --torch module:callable")
    sides = read_size(size) if size else None
    shown, classes = load_images(images, limit, size=sides, channels=channels, invert=invert)
    if labels:
        classes = load_labels(labels, limit)
    try:
        if len(networks) > 1:
            for name, found in compare(networks, shown, classes, output).items():
                print(f"{printable(name)}\n{found}\n")
        else:
            ((name, network),) = networks.items()
            print(report(network, shown, classes, output, title=name))
    except ShapeError as error:
        flags = flags_that_fit(networks.values(), shown.shape[1:])
        if not flags:
            raise
        reason = str(error).partition("\n")[0].rstrip(".")
        raise ValueError(f"{reason}; with {flags} the images fit") from None
    print(f"looked at {len(shown)} images of {' × '.join(map(str, shown.shape[1:]))}")
    if images != "digits" and on_light_ground(shown):
        print("they are dark on light; networks of digits want light on dark: --invert")
    print(f"wrote {printable(output)}")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def experiments(context: typer.Context) -> None:
    """List, run, check and show the experiments."""
    from cnnnotes.experiments.cli import app as commands

    commands(context.args, prog_name="cnnnotes experiments")


def _shape(text: str) -> tuple[int, ...]:
    parts = text.lower().replace("×", "x").split("x")
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise ValueError(f"--input (={text!r}) must be sizes joined by x, such as 1x28x28")
    return tuple(map(int, parts))


def _torch_module(place: str) -> Any:
    """Return what ``module:callable`` makes."""
    from importlib import import_module
    from importlib.util import find_spec

    module_name, colon, attribute = place.partition(":")
    if not (module_name and colon and attribute):
        raise ValueError(f"--torch (={place!r}) must be module:callable, such as nets:SmallNet")
    if find_spec("torch") is None:
        raise ImportError('PyTorch is not installed; run: pip install "cnnnotes[torch]"')
    sys.path.insert(0, "")
    try:
        made = getattr(import_module(module_name), attribute)
        if callable(made) and (isinstance(made, type) or not hasattr(made, "forward")):
            made = made()
    except Exception as error:  # the reader's own code may raise anything
        raise ValueError(
            f"--torch (={place!r}) must lead to a module: {type(error).__name__}: {error}"
        ) from error
    finally:
        sys.path.remove("")
    return made


def _show(traced: "Trace") -> None:
    """Print the table: coloured in a terminal, plain in a pipe, where nothing may wrap."""
    from cnnnotes.shapes.tables import LEFT
    from cnnnotes.shapes.tracing import COLUMNS

    console = Console()
    if console.is_terminal:
        *rows, totals = traced.cells()
        table = Table(show_footer=True, box=None, header_style="bold", footer_style="bold")
        for number, (name, total) in enumerate(zip(COLUMNS, totals, strict=True)):
            table.add_column(
                name, total, justify="left" if number < LEFT else "right", overflow="fold"
            )
        for row in rows:
            table.add_row(*(cell.replace("[", r"\[") for cell in row))
        console.print(table)
    else:
        print(traced)
    with suppress(ValueError):  # too large to look
        for axis, lost in zip(("rows", "columns"), traced.unread(), strict=True):
            if lost:
                print(f"never read: {axis} {_ranges(lost)} of the input")


def _ranges(numbers: tuple[int, ...]) -> str:
    """Return ``3, 7–9`` for 3, 7, 8, 9; the middle of a long list is left out."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ["–".join(map(str, run)) for run in runs]
    return ", ".join(shown if len(shown) <= 8 else [*shown[:4], "…", *shown[-3:]])


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; any error becomes one line on stderr and exit status 2."""
    try:
        app(arguments, prog_name="cnnnotes")
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"cnnnotes: {error}", file=sys.stderr)
        raise SystemExit(2) from None
