"""Reads ``feeds.toml``, where an installation declares its feeds: each a transport, a format and a mapping."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rtcc.feeds.options import Options
from rtcc.feeds.payload import FeedNames, FeedTableError, Format
from rtcc.model.checks import BOOLEAN, Check, kind_of, number, one_of, text, whole

#: Where each format lives; one is imported when a feed asks for it, so that nobody pays for the others.
FORMATS = {
    "rows": "rtcc.feeds.formats.rows_format:RowsFormat",
    "native": "rtcc.feeds.formats.native:NativeFormat",
    "eido": "rtcc.feeds.formats.eido:EidoFormat",
    "cap": "rtcc.feeds.formats.cap:CapFormat",
    "cot": "rtcc.feeds.formats.cot:CotFormat",
    "gtfs_rt": "rtcc.feeds.formats.gtfs_rt:GtfsRtFormat",
}
TRANSPORTS = ("poll", "push", "listen", "mqtt", "file")
#: Those that need a process of their own which never ends.
LONG_LIVED = frozenset({"listen", "mqtt", "file"})
#: What else may stand in the file: a server for TAK clients, which is no feed but speaks one's language.
OTHER_TABLES = ("cot_out",)
#: How often a feed speaks where its table does not say.
INTERVAL_S = 60.0
BREAKER_SHARE, BREAKER_ROWS = 0.5, 20

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII)
_INTERVAL = number(0.1, 7 * 86_400, "seconds")
_SHARE = number(0.01, 1)
_ROWS = whole(1, 1_000_000)


@dataclass(frozen=True, slots=True)
class Feed:
    """One declared feed. ``transport`` is that table as it was read; the transport's own module checks it.

    The breaker opens when more than ``breaker_share`` of at least ``breaker_rows`` rows is refused.
    """

    name: str
    title: str
    source: str
    agency: str
    interval_s: float
    format: Format
    format_name: str
    transport_name: str
    transport: dict[str, Any]
    enabled: bool
    breaker_share: float
    breaker_rows: int

    @property
    def names(self) -> FeedNames:
        """What its format knows of it."""
        return FeedNames(self.name, self.source, self.agency)


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """Return the feeds that are declared, in their order; none where there is no file. Raises FeedTableError."""
    return tuple(
        _feed(name, table, path.parent) for name, table in Options("feeds", _top(path).get("feeds", {})).rest().items()
    )


def load_table(path: Path, name: str) -> dict[str, Any] | None:
    """Return one of OTHER_TABLES as it stands in the file, or None where it does not. Raises FeedTableError."""
    table = _top(path).get(name)
    if table is not None and not isinstance(table, dict):
        raise FeedTableError(f"{name} is {kind_of(table)}; it must be a table.")
    return table


def find_feed(feeds: Iterable[Feed], name: str) -> Feed:
    """Return the feed of this name. Raises FeedTableError that names those there are."""
    feeds = tuple(feeds)
    for feed in feeds:
        if feed.name == name:
            return feed
    there = ", ".join(feed.name for feed in feeds) or "none"
    shown = name if _NAME.fullmatch(name) else "such a name"
    raise FeedTableError(f"No feed is called {shown}; declared are {there}.")


def _top(path: Path) -> dict[str, Any]:
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise FeedTableError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        # Its message may quote a line, never a secret: those are named by their variable alone.
        raise FeedTableError(f"{path} is no TOML: {error}.") from error
    unknown = read.keys() - {"feeds", *OTHER_TABLES}
    if unknown:
        raise FeedTableError(f"{path}: {min(unknown)} is not known; allowed are feeds, {', '.join(OTHER_TABLES)}.")
    return read


def _feed(name: str, table: Any, folder: Path) -> Feed:
    if not _NAME.fullmatch(name):
        raise FeedTableError(
            f"feeds: {kind_of(name)} is no feed's name; it must be a small letter, then up to 40 of a to z, 0 to 9, _."
        )
    options = Options(f"feeds.{name}", table)
    label = text(64)
    source = options.take("source", label, name.replace("_", "-"))
    agency = options.take("agency", label, source)
    format_name = options.take("format", one_of(*FORMATS))
    title = options.take("title", text(200), name.replace("_", " "))
    interval_s = float(options.take("interval_s", _INTERVAL, INTERVAL_S))
    enabled = options.take("enabled", BOOLEAN, True)
    breaker = options.take_table("breaker")
    share = float(breaker.take("share", _SHARE, BREAKER_SHARE))
    rows = breaker.take("rows", _ROWS, BREAKER_ROWS)
    breaker.done()
    transport_name, transport = _transport(options)
    more = {key: _from_folder(value, folder) if key == "mapping" else value for key, value in options.rest().items()}
    return Feed(
        name=name,
        title=title,
        source=source,
        agency=agency,
        interval_s=interval_s,
        format=_format(format_name, FeedNames(name, source, agency), more),
        format_name=format_name,
        transport_name=transport_name,
        transport=transport,
        enabled=enabled,
        breaker_share=share,
        breaker_rows=rows,
    )


def _transport(options: Options) -> tuple[str, dict[str, Any]]:
    chosen = [name for name in TRANSPORTS if name in options]
    if len(chosen) != 1:
        said = "has none of" if not chosen else f"has {' and '.join(chosen)}, which are more than one of"
        raise FeedTableError(f"{options.where} {said} {', '.join(TRANSPORTS)}; it must have exactly one of them.")
    table = options.take(chosen[0], Check(lambda value: isinstance(value, dict), "a table", "json"))
    return chosen[0], dict(table)


def _from_folder(mapping: Any, folder: Path) -> Any:
    """Read a path as one from the file that names it, wherever the process was started."""
    is_path = isinstance(mapping, str) and mapping.endswith(".toml")
    return str(folder / mapping) if is_path else mapping


def _format(format_name: str, names: FeedNames, table: dict[str, Any]) -> Format:
    module, _, class_name = FORMATS[format_name].partition(":")
    made: Format = getattr(import_module(module), class_name).from_table(names, table)
    return made
