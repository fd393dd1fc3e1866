"""The command line: ``cnnnotes shapes``, ``diagnose``, ``solve``, ``inspect``, ``data`` and more.

A command imports what it needs when it runs, so that help is quick.
"""

import json as json_module
import os
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
    from cnnnotes.shapes import Diagnosis, Trace

INTERRUPTED = 130  # what shells give for Ctrl-C

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
            help="A network in words, such as 'conv 8 3x3 pad 1 | relu | maxpool 2'; a name of "
            "the catalogue, such as vgg16; source, as nn.Sequential(...) or Keras' layers; a "
            "printed module; a file with any of these, or - for standard input."
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
    from cnnnotes.shapes import ShapeError, trace
    from cnnnotes.shapes.reading import as_picture, read_network, read_shape

    if bool(network) == bool(torch):
        raise ValueError("give a network in words, or --torch module:callable (one of them)")
    shape = read_shape(input) if input else None
    made: Any
    note = ""
    if torch:
        made, shape = _torch_module(torch), shape and as_picture(shape)
    else:
        reading = read_network(_pasted(network), shape)
        made, shape, note = reading.layers, reading.input_shape, reading.note
    if shape is None:
        raise ValueError("--input is needed: the shape of one input, such as --input 1x28x28")
    try:
        traced = trace(made, shape)
    except ShapeError as error:
        raise ValueError(_in_typed_words(error.diagnosis)) from None
    if note:
        print(f"cnnnotes: note: {note}", file=sys.stderr)
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
    from cnnnotes.shapes.reading import read_shape

    text = _pasted(" ".join(words or []) or "-")
    if not text.strip():
        raise ValueError("there is nothing to diagnose; give a message or pipe a traceback in")
    diagnosis = ask(text, read_shape(input) if input else None)
    diagnosis = _in_typed_words(diagnosis) if input else diagnosis
    print(json_module.dumps(diagnosis.as_dict(), indent=2) if json else _lines_printable(diagnosis))


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

    from cnnnotes.report import compare, load_images, load_labels, on_light_ground, report
    from cnnnotes.report.fitting import flags_that_fit, read_size
    from cnnnotes.saving import load_model
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


data = typer.Typer(
    help="List the image sets, and bring the large ones here.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(data, name="data")


@data.command("list")
def list_sets() -> None:
    """List the image sets, and which are here."""
    from cnnnotes.data import DATASHEETS
    from cnnnotes.official import OFFICIAL, home

    table = Table("set", "here", "what it is")
    for name, told in DATASHEETS.items():
        here = name not in OFFICIAL or home(name).is_dir()
        first = told.partition(". ")[0].removesuffix(".")
        table.add_row(name, "yes" if here else "no", f"{first}.")
    Console().print(table)


@data.command("get")
def get_set(
    name: str,
    source: Annotated[
        str | None, typer.Option("--from", help="A folder with the official files.")
    ] = None,
) -> None:
    """Fetch a published set, or take its files from a folder, and check them."""
    from cnnnotes.official import get

    typer.echo(f"{name}: in {get(name, source)}")


def _pasted(argument: str) -> str:
    """Return what an argument stands for: itself, a file's text, or standard input for ``-``."""
    from pathlib import Path

    from cnnnotes.shapes.reading import LONGEST

    if argument == "-":
        stream = getattr(sys.stdin, "buffer", None)
        data = stream.read(LONGEST + 1) if stream else sys.stdin.read(LONGEST + 1).encode()
        return _decoded(data, "standard input")
    if len(argument) > 500 or "\n" in argument or "\0" in argument:
        return argument
    path = Path(argument)
    if path.is_dir() and ("/" in argument or "." in argument or path.suffix):
        raise ValueError(f"{argument!r} is a directory; give a file, or the network itself")
    if not path.is_file():
        if path.suffix in (".py", ".txt", ".ipynb") and " " not in argument:
            raise ValueError(f"there is no file {argument!r}")
        return argument
    if path.suffix == ".ipynb":
        raise ValueError(f"{argument!r} is a notebook; paste the cell with the network: -")
    with path.open("rb") as file:
        return _decoded(file.read(LONGEST + 1), repr(argument))


def _decoded(data: bytes, place: str) -> str:
    from cnnnotes.shapes.reading import LONGEST

    if len(data) > LONGEST:
        raise ValueError(f"{place} is too long for a network or a message: over {LONGEST:,} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise ValueError(f"{place} is no text; it holds binary data")
    return text


def _in_typed_words(diagnosis: "Diagnosis") -> "Diagnosis":
    """Return a diagnosis that asks for options and layers, not for Python on some ``x``."""
    from dataclasses import replace

    typed = {
        "x.permute(0, 3, 1, 2)": "give --input channels first, as 3x28x28",
        "x.flatten(1)": "put flatten before it",
    }
    other = "give --input as channels x height x width, as 3x28x28"
    fixes = tuple(
        replace(fix, text=typed.get(str(fix.value), other)) if fix.argument == "input" else fix
        for fix in diagnosis.fixes
    )
    return replace(diagnosis, fixes=fixes)


def _lines_printable(text: object) -> str:
    """Return text whose lines stay, but nothing else that moves a terminal's cursor."""
    from cnnnotes.shapes.tables import printable

    return "\n".join(map(printable, str(text).split("\n")))


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
        print(f"cnnnotes: {_lines_printable(error)}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:  # the reader, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
