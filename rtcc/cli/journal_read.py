"""`rtcc journal at`, `timeline`, `status`: the past, read; moments without an offset are in the city's time zone."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Annotated, Any

import orjson
import typer

from rtcc.cli.journal import JournalSaidError
from rtcc.cli.journal_words import (
    AgencyOption,
    AsJson,
    Clock,
    KindOption,
    Since,
    Until,
    ends,
    fields_line,
    gap_sentence,
    known_kinds,
    note,
    open_journal,
    window_of,
)
from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.model.event import iso
from rtcc.model.fields import KINDS
from rtcc.picture.changes import Change, cursor_of, instant_of, position_of
from rtcc.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Add these commands to `rtcc journal`."""
    for command in (at, timeline, status):
        app.command()(command)


def at(
    moment: Annotated[str, typer.Argument(metavar="MOMENT", help="Such as 2026-11-22T02:14.")],
    data: DataDir = None,
    kind: KindOption = None,
    agency: AgencyOption = None,
    json: AsJson = False,
) -> None:
    """Show the picture as it was at a moment."""
    settings = load_settings(data)
    clock, kinds = Clock.of(settings), known_kinds(kind)
    when = clock.read(moment)
    journal = open_journal(settings)
    put_on_record(settings, "view", ("picture", iso(when)))
    entities = sorted(journal.picture_at(when, kinds, agency), key=lambda entity: (entity.kind, entity.id))
    gap = journal.gap_at(when)
    if gap:
        note(gap_sentence(*gap, clock))
    if json:
        picture: dict[str, dict[str, Any]] = defaultdict(dict)
        for entity in entities:
            picture[entity.kind][entity.id] = {n: v for n, v in entity.fields.items() if v is not None}
        typer.echo(orjson.dumps({"at": iso(when), "whole": gap is None, "entities": picture}))
        return
    counts = Counter(entity.kind for entity in entities)
    counted = ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS if counts[kind]) or "nothing"
    typer.echo(f"The picture at {clock.say(when)} {clock.name} ({iso(when)}): {counted}")
    for entity in entities:
        typer.echo(
            f"{entity.kind} {entity.id} ({entity.agency}), since {clock.say(entity.position)}: "
            f"{fields_line(_in_order(entity.kind, entity.fields))}"
        )


def timeline(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Such as incident.")],
    id_: Annotated[str, typer.Argument(metavar="ID", help='As in the picture; of a second agency\'s, "agency/id".')],
    data: DataDir = None,
    agency: AgencyOption = None,
    since: Since = None,
    until: Until = None,
    json: AsJson = False,
) -> None:
    """Tell what happened to one entity, change by change, as it came into the picture."""
    settings = load_settings(data)
    clock = Clock.of(settings)
    known_kinds([kind])
    told = 0
    journal = open_journal(settings)
    after, upto = window_of(journal, clock, since, until)
    put_on_record(settings, "view", (kind, id_))
    for change in journal.timeline(kind, id_, agency, after, upto):
        told += 1
        typer.echo(orjson.dumps(_as_json(change)) if json else _line(change, clock))
    if not told:
        raise JournalSaidError(
            f"The journal tells nothing of {kind} {id_} in that time; it reaches to {ends(journal, clock)}."
        )


def status(data: DataDir = None) -> None:
    """Say what the journal holds, and up to when."""
    settings = load_settings(data)
    clock = Clock.of(settings)
    journal = open_journal(settings)
    state = journal.state
    typer.echo(f"place       {journal.place.address}")
    typer.echo(f"reaches to  {ends(journal, clock)}")
    sizes: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for segment in state.segments.values():
        for place, more in enumerate((segment.rows, segment.bytes, 1)):
            sizes[segment.role, segment.kind][place] += more
    for (role, kind), (rows, size, files) in sorted(sizes.items()):
        typer.echo(f"{role:<11} {kind}: {rows:,} rows, {size / 2**20:,.1f} MiB in {files:,} files")
    for first, last in state.gaps:
        typer.echo(f"gap         {gap_sentence(position_of(first) or 0, position_of(last) or 0, clock)}")
    for entity, why in sorted(state.holds.items()):
        typer.echo(f"held        {entity}: {why}")


def _in_order(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields in the order in which their kind lists them."""
    listed = [*KINDS.get(kind, {}), *fields]
    return {name: fields[name] for name in listed if name in fields}


def _as_json(change: Change) -> dict[str, Any]:
    return {
        "changed_at": instant_of(change.position),
        "cursor": cursor_of(change.position),
        "kind": change.kind,
        "id": change.id,
        "agency": change.agency,
        "source": change.source,
        "occurred_at": change.occurred_at,
        "received_at": change.received_at,
        "fields": change.fields,
        "expunged": change.fields == {},
    }


def _line(change: Change, clock: Clock) -> str:
    cleared = [name for name, value in (change.fields or {}).items() if value is None]
    parts = [fields_line(_in_order(change.kind, change.fields or {}))]
    if cleared:
        parts.append(f"cleared: {', '.join(cleared)}")
    if change.fields is None:
        parts.append("left the picture")
    elif not change.fields:
        parts.append("expunged")
    return f"{clock.say(change.position)}  {change.source}  {'  '.join(filter(None, parts))}"
