"""`rtcc city`: make a city pack from public files, and look at one that is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rtcc.city.build.report import Finding, Report, Step

app = typer.Typer(no_args_is_help=True, help="Make a city pack from public files, and look at one that is there.")


@app.command()
def build(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A folder with a city.toml that names the files.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="The city pack to make, or to make anew.")],
) -> None:
    """Make a city pack, and say what was read, repaired and refused."""
    # Here, because the geometry libraries take longer to load than most commands take to run.
    from rtcc.city.build.recipe import build_recipe  # noqa: PLC0415

    with _shown() as report:
        build_recipe(recipe, to, report)
    typer.echo(f"{to} is made: {_counted(report)}.")


@app.command()
def check(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A built city pack.")]) -> None:
    """Look at everything in a city pack, and say what is wrong with it."""
    from rtcc.city.check import check_pack  # noqa: PLC0415 - as above

    with _shown() as report:
        check_pack(folder, report)
    typer.echo(f"{folder} can be used: {_counted(report)}.")


@contextmanager
def _shown() -> Iterator[Report]:
    console = Console(stderr=True)
    counts = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    columns = (SpinnerColumn(), TextColumn("{task.description}"), *counts)
    # Where nobody watches, a bar would only put blank lines into a log.
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Report(_sayer(bar))


def _sayer(bar: Progress) -> Callable[[Finding | Step], None]:
    task = bar.add_task("Beginning", total=None)

    def say(told: Finding | Step) -> None:
        if isinstance(told, Step):
            bar.update(task, description=told.text, total=told.total or None, completed=told.done)
        else:
            typer.echo(str(told))

    return say


def _counted(report: Report) -> str:
    counts = Counter(finding.kind for finding in report.findings)
    return ", ".join(f"{counts[kind]} {kind}" for kind in ("read", "repaired", "refused", "warned"))
