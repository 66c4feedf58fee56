"""Looks into a page of an answer as far as paging must: how many rows it has, which they are, and how new they are."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from rtcc.feeds.transports.http_answer import Answer, FetchError
from rtcc.feeds.transports.http_table import Watermark

#: Where portals put the list of rows.
_PLACES = (
    ("features",),
    ("result", "records"),
    ("records",),
    ("results",),
    ("data",),
    ("rows",),
    ("items",),
    ("value",),
)
#: Numbers from here on are milliseconds since 1970, smaller ones seconds.
_MILLISECONDS_FROM = 1e11


@dataclass(frozen=True, slots=True)
class Page:
    """A page's rows, whether it says that there are more, and how many there are in all where it says so."""

    rows: Sequence[Any]
    more: bool
    total: int | None


def read_page(answer: Answer) -> Page:
    """Return what paging must know of a page. Raises FetchError where it holds no rows that can be counted."""
    body = answer.body.removeprefix(b"\xef\xbb\xbf")
    start = body[:64].lstrip()[:1]
    if start not in {b"[", b"{"}:
        return _csv_page(body)
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FetchError(f"The page is not valid JSON near character {error.pos:,}.") from None
    if isinstance(told, list):
        return Page(told, False, None)
    for place in _PLACES:
        rows: Any = told
        for name in place:
            rows = rows.get(name) if isinstance(rows, dict) else None
        if isinstance(rows, list):
            return Page(rows, _has_more(told), _total(told))
    if "error" in told:
        raise FetchError("The server answered with an error of its own in place of rows.")
    raise FetchError("The page holds no list of rows.")


def marks_of(rows: Sequence[Any]) -> list[bytes]:
    """Return for each row what tells it from every other."""
    return [hashlib.blake2s(orjson.dumps(row), digest_size=16).digest() for row in rows]


def newest(pages: Sequence[Page], watermark: Watermark, now: datetime) -> datetime | None:
    """Return the newest value of the watermark's column, but no later than now: a wrong clock must not pin it."""
    found = [at for page in pages for row in page.rows if (at := _instant(_cell(row, watermark.column), watermark))]
    return min(max(found), now) if found else None


def since(watermark: Watermark, seen: datetime | None, now: datetime) -> str | None:
    """Return the moment to ask from, written as the server wants it; None where everything is to be asked for."""
    if seen is None:
        if watermark.begin_s is None:
            return None
        at = now - timedelta(seconds=watermark.begin_s)
    else:
        at = seen - timedelta(seconds=watermark.overlap_s) - _repeated(watermark, seen)
    if watermark.form == "epoch_ms":
        return str(int(at.timestamp() * 1000))
    if watermark.form == "epoch_s":
        return str(int(at.timestamp()))
    return at.astimezone(watermark.zone).strftime(watermark.form)


def _repeated(watermark: Watermark, seen: datetime) -> timedelta:
    # In the night in which the clocks go back a local hour is told twice: what comes next may be written as earlier.
    before, after = (
        at.astimezone(watermark.zone).utcoffset() or timedelta() for at in (seen, seen + timedelta(hours=2))
    )
    return max(before - after, timedelta())


def _csv_page(body: bytes) -> Page:
    try:
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline=""), restkey=""))
    except (UnicodeDecodeError, csv.Error):
        raise FetchError("The page is neither JSON nor CSV in UTF-8.") from None
    return Page(rows, False, None)


def _has_more(told: Mapping[str, Any]) -> bool:
    properties = told.get("properties")
    inside = properties.get("exceededTransferLimit") if isinstance(properties, dict) else None
    return bool(told.get("exceededTransferLimit") or inside)


def _total(told: Mapping[str, Any]) -> int | None:
    result = told.get("result")
    total = result.get("total") if isinstance(result, dict) else None
    return total if type(total) is int else None


def _cell(row: Any, column: str) -> Any:
    for inner in _layers(row):
        value: Any = inner
        for name in (column,) if column in inner else column.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def _layers(row: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(row, dict):
        yield row
        for name in ("attributes", "properties"):
            if isinstance(row.get(name), dict):
                yield row[name]


def _instant(value: Any, watermark: Watermark) -> datetime | None:
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS_FROM else value, UTC)
        if not isinstance(value, str):
            return None
        if value.isascii() and value.isdigit():
            return _instant(int(value), watermark)
        try:
            read = datetime.fromisoformat(value.strip())
        except ValueError:
            read = datetime.strptime(value.strip(), watermark.form)  # noqa: DTZ007 - its zone is the watermark's
        return read.replace(tzinfo=read.tzinfo or watermark.zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
