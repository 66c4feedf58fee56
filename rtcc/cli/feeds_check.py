"""`rtcc feeds check`: one payload through a feed's mapping, and each row as what it would become or why not."""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from rtcc.access.visibility import RESTRICTED
from rtcc.cli.options import DataDir
from rtcc.feeds.catalogue import find_mapping, shipped_mappings
from rtcc.feeds.declared import Feed, find_feed, load_feeds
from rtcc.feeds.formats.mapping import MappingError
from rtcc.feeds.formats.rows_format import RowsFormat
from rtcc.feeds.payload import FeedTableError, Format, Payload, Refused, Told
from rtcc.feeds.transports.http_poll import fetch_once
from rtcc.model.event import Event, iso
from rtcc.settings import load_settings

_TYPES = {".csv": "text/csv", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson"}
_HIDDEN = "(hidden)"
_MOST_EVENTS = 10


def check(
    feed: Annotated[
        str,
        typer.Argument(help="A feed of feeds.toml; or FILE.toml, FILE.toml:NAME; or a mapping of RTCC's."),
    ],
    file: Annotated[
        str | None,
        typer.Argument(help="A payload as the source sends it, - for standard input; else fetched once."),
    ] = None,
    rows: Annotated[int, typer.Option(min=0, help="Show so many entities, and as many rows that were refused.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print all as one JSON object.")] = False,
    show_sensitive: Annotated[bool, typer.Option(help="Show callers' numbers, plates and free text too.")] = False,
    data: DataDir = None,
) -> None:
    """Read one payload as a feed would, send nothing, and say what each row would become and what could not be read."""
    name, format_, declared = _found(feed, load_settings(data).feeds_path())
    payloads = _payloads(name, file, declared)
    told = _read(format_, payloads)
    if as_json:
        typer.echo(orjson.dumps(_summary(name, told, show_sensitive), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in _lines(name, told, rows, show_sensitive):
            typer.echo(line)
    if not told.events and (told.refused or not told.rows):
        raise typer.Exit(1)


def mappings() -> None:
    """Print the mappings that come with RTCC, by which recordings and feeds of rows can be read."""
    for mapping in shipped_mappings():
        typer.echo(f"{mapping.name}\t{mapping.kind}s: {mapping.title}")


def _found(asked: str, declared: Path) -> tuple[str, Format, Feed | None]:
    """Return a feed's name and format by whatever names it, and the feed itself where it is one."""
    path, _, name = asked.partition(".toml")
    try:
        if name or asked.endswith(".toml"):
            return _from_file(Path(f"{path}.toml"), name.removeprefix(":"))
        feeds = load_feeds(declared)
        if all(feed.name != asked for feed in feeds) and any(known.name == asked for known in shipped_mappings()):
            return asked, RowsFormat(find_mapping(asked)), None
        feed = find_feed(feeds, asked)
    except MappingError as error:
        raise FeedTableError(str(error)) from error
    return feed.name, feed.format, feed


def _from_file(file: Path, name: str) -> tuple[str, Format, Feed | None]:
    if not file.is_file():
        raise FeedTableError(f"{file} is no file.")
    if not _declares_feeds(file):
        mapping = find_mapping(str(file))
        return mapping.name, RowsFormat(mapping), None
    feeds = load_feeds(file)
    if not name and len(feeds) > 1:
        raise FeedTableError(f"{file} declares {', '.join(feed.name for feed in feeds)}; say which: {file}:NAME.")
    feed = find_feed(feeds, name) if name or not feeds else feeds[0]
    return feed.name, feed.format, feed


def _declares_feeds(file: Path) -> bool:
    """Tell a file of feeds from a mapping; what is no TOML is told by who reads feeds."""
    try:
        return "feeds" in tomllib.loads(file.read_text("utf-8"))
    except ValueError:
        return True


def _payloads(name: str, file: str | None, feed: Feed | None) -> list[Payload]:
    now = datetime.now(UTC)
    if file == "-":
        return [Payload(now, name, "", sys.stdin.buffer.read())]
    if file is not None:
        try:
            return [Payload(now, name, _TYPES.get(Path(file).suffix, ""), Path(file).read_bytes())]
        except OSError as error:
            raise FeedTableError(f"{file} cannot be read: {error.strerror}.") from error
    if feed is None or feed.transport_name != "poll":
        raise FeedTableError(f"{name} is not polled, so there is nothing to fetch; name a file with a payload of it.")
    return fetch_once(feed)


def _read(format_: Format, payloads: list[Payload]) -> Told:
    if isinstance(format_, RowsFormat):
        return format_.read_all(payloads, {})
    told = Told()
    for payload in payloads:
        one = format_.read(payload, {})
        told.rows += one.rows
        told.events += one.events
        told.refused += one.refused
        told.remarks += one.remarks
    return told


def _summary(name: str, told: Told, show_sensitive: bool) -> dict[str, Any]:
    return {
        "feed": name,
        "rows": told.rows,
        "events": [
            event._asdict() | {"data": _shown(event, show_sensitive) if event.data is not None else None}
            for event in told.events
        ],
        "refused": [_told(refused) for refused in told.refused],
        "remarks": [_told(remark) for remark in told.remarks],
    }


def _told(refused: Refused) -> dict[str, Any]:
    return {"row": refused.row, "id": refused.id, "reason": refused.reason}


def _lines(name: str, told: Told, most: int, show_sensitive: bool) -> Iterator[str]:
    entities: dict[tuple[str, str, str], list[Event]] = {}
    for event in told.events:
        entities.setdefault((event.kind, event.agency, event.id), []).append(event)
    kinds = Counter(kind for kind, _, _ in entities)
    about = ", ".join(f"{count:,} of kind {kind}" for kind, count in sorted(kinds.items())) or "none"
    yield f"{name}: {told.rows:,} rows read, {len(told.events):,} events about entities: {about}."
    yield f"{len(told.refused):,} refused, {len(told.remarks):,} values could not be used."
    for (kind, agency, id_), events in list(entities.items())[:most]:
        yield f"\n{kind} {id_} of {agency}"
        for event in events[:_MOST_EVENTS]:
            yield f"  {iso(event.occurred_at)}  {_fields(event, show_sensitive)}"
        if len(events) > _MOST_EVENTS:
            yield f"  … and {len(events) - _MOST_EVENTS:,} more events about it."
    if len(entities) > most:
        yield f"\n… and {len(entities) - most:,} more; --rows shows them."
    for title, found in (("Refused", told.refused), ("Taken, but", told.remarks)):
        if found:
            yield f"\n{title}:"
            yield from (f"  row {one.row}{f' ({one.id})' if one.id else ''}: {one.reason}" for one in found[:most])
            if len(found) > most:
                yield f"  … and {len(found) - most:,} more."


def _fields(event: Event, show_sensitive: bool) -> str:
    if event.data is None:
        return "withdrawn"
    return ", ".join(f"{name} {_said(value)}" for name, value in _shown(event, show_sensitive).items())


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(str, value)) + "]"
    return "(nothing)" if value is None else str(value).replace("\n", " ")


def _shown(event: Event, show_sensitive: bool) -> dict[str, Any]:
    """Return the fields without what only some may see: a terminal has no audience."""
    restricted = {} if show_sensitive else RESTRICTED.get(event.kind, {})
    return {
        name: _HIDDEN if name in restricted and value is not None else value
        for name, value in (event.data or {}).items()
    }
