"""`rtcc journal export`: changes of the past as a file for others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from rtcc.cli.journal import JournalSaidError
from rtcc.cli.journal_words import (
    AgencyOption,
    Clock,
    KindOption,
    Since,
    Until,
    known_kinds,
    open_journal,
    window_of,
)
from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.journal.area import NOWHERE, Where, read_area
from rtcc.journal.export import export as write
from rtcc.model.fields import KINDS
from rtcc.picture.changes import Change
from rtcc.settings import load_settings

_SUFFIXES = {".parquet": "parquet", ".csv": "csv", ".geojson": "geojson"}


def add_to(app: typer.Typer) -> None:
    """Add this command to `rtcc journal`."""
    app.command()(export)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make.")],
    data: DataDir = None,
    since: Since = None,
    until: Until = None,
    kind: KindOption = None,
    agency: AgencyOption = None,
    source: Annotated[list[str] | None, typer.Option("--source", help="Only from this; may be repeated.")] = None,
    area: Annotated[
        str | None,
        typer.Option(
            "--area",
            metavar="AREA",
            help="Only what was there: a district or beat, west,south,east,north in degrees, or a GeoJSON file.",
        ),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="parquet, csv or geojson; else by FILE's name.")
    ] = None,
) -> None:
    """Write changes into a file, with every field: names and numbers of callers too."""
    chosen = form or _SUFFIXES.get(file.suffix.lower(), "")
    if chosen not in _SUFFIXES.values():
        raise JournalSaidError(f"The format must be one of {', '.join(_SUFFIXES.values())}: name it with --format.")
    settings = load_settings(data)
    clock, kinds = Clock.of(settings), known_kinds(kind) or list(KINDS)
    within = None if area is None else read_area(area)
    journal = open_journal(settings)
    after, upto = window_of(journal, clock, since, until)
    placed: Iterator[tuple[Change, Where]]
    if within is None and chosen != "geojson":
        placed = ((change, NOWHERE) for change in journal.changes(after, upto, kinds, source, agency=agency))
    else:
        all_placed = journal.placed(after, upto, kinds, source, agency)
        placed = ((change, where) for change, where in all_placed if within is None or within.holds(where))
    window = f"{since or 'the beginning'} to {until or 'the end'}"
    put_on_record(settings, "export", ("journal", file.name), window=window, kinds=" ".join(kinds))
    written = write(placed, file, chosen, kinds)
    typer.echo(f"{file} holds {written:,} changes.")
