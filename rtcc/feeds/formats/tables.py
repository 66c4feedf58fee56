"""Finds the rows in a payload's bytes: CSV, JSON or one object a line, gzipped or not, as a feed's table says."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from rtcc.feeds.formats.features import rows_of_features
from rtcc.feeds.formats.paths import follow, replaced, snake
from rtcc.feeds.formats.shape import Shape
from rtcc.feeds.formats.unzip import MOST_BYTES, UnzipError, unzip
from rtcc.feeds.formats.values import text
from rtcc.model.checks import kind_of

#: More rows than any list of what is active has, so that a few megabytes of commas do not become gigabytes of rows.
MOST_ROWS = 500_000
#: The column that says which item of ``each`` a row is, from 0.
PLACE = "#"
_DELIMITERS = ",;\t|"


class TableError(ValueError):
    """A payload of which no row can be read; the message is one sentence."""


class Item(NamedTuple):
    """A row, or a reason why there is none and the bytes it is about."""

    row: dict[str, Any] | None
    reason: str = ""
    raw: bytes = b""


def read_table(
    body: bytes, content_type: str, shape: Shape, most_bytes: int = MOST_BYTES, most_rows: int = MOST_ROWS
) -> Iterator[Item]:
    """Yield the rows of a payload. Raises TableError, at once, where it holds none at all that could be read."""
    try:
        body = unzip(body, most_bytes)
    except UnzipError as error:
        raise TableError(str(error)) from None
    if not body.strip():
        raise TableError("The payload is empty; a list without rows has a header, or is [].")
    kind = _kind(body, content_type, shape)
    items = _csv(_text(body, shape), shape) if kind == "csv" else _json(_utf8(body, shape), shape, kind)
    if shape.snake:
        items = (
            item if item.row is None else Item({snake(name): item.row[name] for name in item.row}) for item in items
        )
    return _bounded(_each(items, shape.each) if shape.each else items, most_rows)


def _kind(body: bytes, content_type: str, shape: Shape) -> str:
    if shape.kind != "auto":
        return shape.kind
    if "ndjson" in content_type or "jsonl" in content_type:
        return "ndjson"
    start = body[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        raise TableError("The payload is a page of HTML or XML; rows come as CSV or JSON.")
    return "json" if start in {b"[", b"{"} else "csv"


def _text(body: bytes, shape: Shape) -> str:
    encoding = "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else shape.encoding
    try:
        return body.decode(encoding)
    except UnicodeError:
        raise TableError(f"The payload is not {encoding}; say its encoding under table.") from None


def _utf8(body: bytes, shape: Shape) -> bytes:
    return body.removeprefix(b"\xef\xbb\xbf") if shape.encoding == "utf-8-sig" else _text(body, shape).encode()


def _csv(body: str, shape: Shape) -> Iterator[Item]:
    lines = io.StringIO(body, newline="")
    reader = csv.reader(lines, delimiter=shape.delimiter or _delimiter(body), quotechar=shape.quote)
    try:
        names = next((row for row in reader if row), None)
    except csv.Error as error:
        raise TableError(f"The payload is no CSV: {error}.") from None
    if names is None:
        return iter(())
    if "\0" in body[:4096]:
        raise TableError("The payload is neither CSV nor JSON but bytes of another kind.")
    return _csv_rows(reader, [name.strip() for name in names], ended=body.endswith(("\n", "\r")))


def _csv_rows(reader: Iterator[list[str]], names: list[str], *, ended: bool) -> Iterator[Item]:
    last: list[str] = []
    try:
        for cells in reader:
            if last:
                yield Item(_filled(names, last))
            last = cells
    except csv.Error as error:
        if last:
            yield Item(_filled(names, last))
        yield Item(None, f"The payload cannot be read further: {error}.")
        return
    if last and not ended and len(last) < len(names):
        yield Item(None, "The last row is not whole; the payload may have been cut off.", ",".join(last).encode())
    elif last:
        yield Item(_filled(names, last))


def _filled(names: list[str], cells: list[str]) -> dict[str, Any]:
    """Return a row that was cut short as far as it goes, and one that is too long without its surplus."""
    return dict(zip(names, cells + [""] * (len(names) - len(cells)), strict=False))


def _delimiter(body: str) -> str:
    head = body[:8192].lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _json(body: bytes, shape: Shape, kind: str) -> Iterator[Item]:
    if kind == "ndjson":
        return _lines(body, shape)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if body.lstrip()[:1] == b"{" and b"\n" in body.strip():
            return _lines(body, shape)
        raise TableError(f"The payload is no JSON near character {error.pos}; it may have been cut off.") from None
    return iter([_item(row) for row in _rows(value, shape)])


def _lines(body: bytes, shape: Shape) -> Iterator[Item]:
    for line in body.split(b"\n"):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield Item(None, f"The line is no JSON near character {error.pos}.", line)
            continue
        if not shape.rows:
            yield _item(value, line)
            continue
        try:
            yield from [_item(row) for row in _rows(value, shape)]
        except TableError as error:
            yield Item(None, str(error), line)


def _item(row: Any, raw: bytes = b"") -> Item:
    return Item(row) if type(row) is dict else Item(None, "The row is no object of columns.", raw or dumped(row))


def _rows(value: Any, shape: Shape) -> list[Any]:
    found = follow(value, shape.rows) if shape.rows else value
    if isinstance(found, list):
        return found
    if shape.rows and isinstance(found, Mapping):
        # What was XML once has no list where there is but one.
        return [found]
    if isinstance(value, Mapping):
        _refuse_error(value)
        if shape.rows:
            raise TableError(f"{shape.rows} is {kind_of(found)}; it must be the list of rows.")
        if isinstance(value.get("features"), list):
            return rows_of_features(value)
        return [value]
    raise TableError(f"The payload is {kind_of(value)}; rows come as a list, an object that holds one, or one a line.")


def _refuse_error(value: Mapping[str, Any]) -> None:
    """Refuse an answer that reports an error although its status says that all is well, as ArcGIS and CKAN do."""
    error = value.get("error")
    if not error or isinstance(value.get("features"), list):
        return
    said = error if isinstance(error, Mapping) else value
    code, message = text(said.get("code")), text(said.get("message"))
    shown = " ".join("".join(c if c.isprintable() else " " for c in f"{code} {message}"[:160]).split())
    raise TableError(f"The source answered with an error{': ' + shown if shown else ''}.")


def _each(items: Iterator[Item], path: str) -> Iterator[Item]:
    for item in items:
        if item.row is None:
            yield item
            continue
        within = follow(item.row, path)
        if not isinstance(within, list):
            yield Item(None, f"{path} is {kind_of(within)}; it must be a list.", dumped(item.row))
            continue
        yield from (Item(replaced(item.row, path, one) | {PLACE: place}) for place, one in enumerate(within))


def _bounded(items: Iterator[Item], most: int) -> Iterator[Item]:
    for count, item in enumerate(items):
        if count == most:
            yield Item(None, f"The payload holds over {most:,} rows; the rest is not read.")
            return
        yield item


def dumped(value: Any) -> bytes:
    """Return a row as JSON, the same whatever the order of its columns; nothing for one nested too deep to write."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return b""
