"""``cnnnotes experiments``: list, run, check and show."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer

from cnnnotes.experiments import frozen, replay, results, runner
from cnnnotes.experiments.experiment import Experiment, every_name, find
from cnnnotes.experiments.runner import Run

if TYPE_CHECKING:
    from rich.progress import TaskID

app = typer.Typer(
    help="Rerun the evidence, and check what is recorded.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", show_default=False)]


@app.command("list")
def list_all() -> None:
    """List all experiments with their claims and verdicts."""
    from rich.console import Console
    from rich.table import Table

    table = Table("experiment", "claims", "verdict", "question")
    for name in every_name():
        with _plain_errors():
            experiment = find(name)
            verdict = "not recorded"
            if results.path(name).is_file():
                verdict = results.load(name)["verdict"]
        table.add_row(name, " ".join(experiment.claims), verdict, experiment.question)
    Console().print(table)


@app.command("run")
def run_experiments(
    names: Names = None,
    everything: Annotated[bool, typer.Option("--all", help="Run whatever is stale.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes.")] = os.cpu_count() or 1,
    dask: Annotated[str | None, typer.Option(help="Run on this Dask cluster, tcp://…")] = None,
    fresh: Annotated[
        bool, typer.Option(help="Run all anew; exit with 1 if a verdict or effect contradicts.")
    ] = False,
) -> None:
    """Run experiments and record them; finished runs of the same code are not run again."""
    if bool(names) == everything:
        raise typer.BadParameter("name the experiments to run, or give --all")
    changes: list[str] = []
    for name in names or every_name():
        with _plain_errors():
            if everything and not fresh and not runner.check([name]):
                typer.echo(f"{name}: nothing to do")
                continue
            had_record = results.path(find(name).name).is_file()
            old = results.load(find(name).name) if fresh and had_record else None
            with _shown(find(name)) as finished:
                new = runner.run(name, jobs=jobs, dask=dask, fresh=fresh, finished=finished)
        typer.echo(f"{name}: {new['verdict']} ({new['seconds']:.0f} s of one core)")
        if old:
            changes += runner.drift(old, new)
    for change in changes:
        typer.echo(change, err=True)
    raise typer.Exit(1 if changes else 0)


@app.command()
def check(names: Names = None) -> None:
    """Hold records and ledger against experiments and code; exit with 1 if something is wrong."""
    with _plain_errors():
        problems = runner.check(names or ())
    for problem in problems:
        typer.echo(problem, err=True)
    if not problems:
        typer.echo("all records are whole, and follow from the present code")
    raise typer.Exit(1 if problems else 0)


@app.command("replay")
def replay_records(
    names: Names = None,
    every_arm: Annotated[
        bool, typer.Option("--every-arm", help="The cheapest run of every arm, not of each record.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes.")] = os.cpu_count() or 1,
) -> None:
    """Run a part of each record again; exit with 1 if one does not come out as recorded."""

    def finished(run: str, done: int, total: int) -> None:
        typer.echo(f"[{done}/{total}] {run}", err=True)

    with _plain_errors():
        problems = replay.replay(names or (), jobs=jobs, every_arm=every_arm, finished=finished)
    for problem in problems:
        typer.echo(problem, err=True)
    if not problems:
        typer.echo("every record comes out with the present code")
    raise typer.Exit(1 if problems else 0)


@app.command()
def freeze(
    name: str,
    reason: Annotated[str, typer.Option(help="Why a frozen rule has to change.")] = "",
) -> None:
    """Register the rule of an experiment before it is run; a later change needs a reason."""
    with _plain_errors():
        entry = frozen.freeze(name, reason)
    times = {0: "", 1: ", changed once"}.get(n := len(entry["changes"]), f", changed {n} times")
    typer.echo(f"{name}: frozen on {entry['frozen']}{times}")


@app.command()
def show(name: str) -> None:
    """Show one record: question, rule, summary, effects and verdict."""
    from rich.console import Console
    from rich.table import Table

    with _plain_errors():
        record = results.load(name)
    console = Console()
    console.print(f"[bold]{record['question']}[/] ({', '.join(record['claims'])})")
    console.print(record["rule"])
    table = Table("arm", "metric", "mean", "95 % interval")
    for arm, metrics in record["summary"].items():
        for metric, value in metrics.items():
            if not isinstance(value["mean"], list):
                table.add_row(arm, metric, f"{value['mean']:.4g}", _range(value))
    for effect, value in record["effects"].items():
        table.add_row("[bold]effect[/]", effect, f"{value['mean']:.4g}", _range(value))
    console.print(table)
    seeds = len(record["seeds"])
    blas, vectors = (record["versions"].get(part, "unknown") for part in ("blas", "vectors"))
    console.print(f"Verdict: [bold]{record['verdict']}[/], {seeds} seeds, {blas}, {vectors}")


def _range(value: dict[str, float]) -> str:
    return f"{value['low']:.4g} … {value['high']:.4g}"


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn an error that says what to do into one line and exit status 2."""
    try:
        yield
    except (ValueError, ImportError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


@contextmanager
def _shown(experiment: Experiment) -> Iterator[Callable[[Run, int, int], object]]:
    """Show what is under way; give the function that is told of each run that ends."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    ended, over = [0], Event()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        pairs = len(experiment.arms) * len(experiment.seeds)
        whole = bar.add_task(f"{experiment.name}: starting", total=pairs)
        lines: dict[str, TaskID] = {}

        def finished(run: Run, done: int, total: int) -> None:
            ended[0] = done
            if not console.is_terminal:
                seconds = f"{run['seconds']:.1f} s"
                typer.echo(
                    f"[{done}/{total}] {run['arm']}, seed {run['seed']}: {seconds}", err=True
                )

        def watch() -> None:
            while not over.wait(0.3):
                running = runner.under_way(experiment)
                for name in lines.keys() - running.keys():
                    bar.remove_task(lines.pop(name))
                for name, (epoch, epochs) in running.items():
                    if name not in lines:
                        lines[name] = bar.add_task("", total=None)
                    text = f"  {name}: epoch {epoch}/{epochs}"
                    bar.update(lines[name], description=text, completed=epoch, total=epochs)
                share = sum(epoch / epochs for epoch, epochs in running.values())
                text = f"{experiment.name}: {ended[0]} of {pairs} runs"
                bar.update(whole, description=text, completed=ended[0] + share)

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield finished
        finally:
            over.set()
            watcher.join()
            text = f"{experiment.name}: {ended[0]} of {pairs} runs"
            bar.update(whole, description=text, completed=ended[0])
