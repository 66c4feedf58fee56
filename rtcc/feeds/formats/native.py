"""The format ``native``: the project's own events in JSON or one a line, as `POST /api/v1/events` takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

import orjson

from rtcc.feeds.formats.unzip import UnzipError, unzip
from rtcc.feeds.options import Options
from rtcc.feeds.payload import FeedNames, Payload, Refused, Told
from rtcc.model.event import EventError
from rtcc.model.outside import parse_outside

#: About as many as a request of five megabytes holds when all are good; without it five megabytes of commas would cost
#: gigabytes of refusals.
MOST_EVENTS = 50_000


class NativeFormat:
    """Reads events; one that names no source or agency gets the feed's own."""

    remembers = False

    def __init__(self, names: FeedNames) -> None:
        """Begin with the names of the feed."""
        self._names = names

    @classmethod
    def from_table(cls, names: FeedNames, table: dict[str, Any]) -> Self:
        """Return the format; it has no options. Raises FeedTableError."""
        Options(f"feeds.{names.name}", table).done()
        return cls(names)

    def read(self, payload: Payload, memory: Mapping[str, bytes]) -> Told:
        """Read one payload, whole. Never raises for what is in it."""
        told = Told()
        try:
            body = unzip(payload.body)
        except UnzipError as error:
            told.refused.append(Refused(0, "", str(error), payload.body))
            return told
        for value, raw in _values(body, payload.content_type):
            told.rows += 1
            if told.rows > MOST_EVENTS:
                told.refused.append(Refused(told.rows, "", f"Over {MOST_EVENTS:,} events; the rest is not read.", b""))
                break
            try:
                if isinstance(value, EventError):
                    raise value
                told.events.append(parse_outside(self._named(value), payload.received_at))
            except EventError as error:
                told.refused.append(Refused(told.rows, _id(value), str(error), raw or dumped(value)))
        return told

    def _named(self, value: Any) -> Any:
        own = {"source": self._names.source, "agency": self._names.agency}
        return own | value if type(value) is dict else value


def _values(body: bytes, content_type: str) -> Iterator[tuple[Any, bytes]]:
    if "ndjson" not in content_type and "jsonl" not in content_type:
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            # It may be one object a line all the same; each line says for itself what is wrong with it.
            pass
        else:
            yield from ((item, b"") for item in (value if type(value) is list else [value]))
            return
    for item, line in json_lines(body):
        if isinstance(item, orjson.JSONDecodeError):
            yield EventError("line", f"The line is no JSON near character {item.pos}."), line
        else:
            yield item, line


def json_lines(body: bytes) -> Iterator[tuple[Any, bytes]]:
    """Yield what each line that is not empty holds, with its bytes; for one that is no JSON, the JSONDecodeError."""
    for line in body.split(b"\n"):
        if not line.strip():
            continue
        try:
            yield orjson.loads(line), line
        except orjson.JSONDecodeError as error:
            yield error, line


def _id(value: Any) -> str:
    id_ = value.get("id") if type(value) is dict else None
    return id_[:64] if type(id_) is str else ""


def dumped(value: Any) -> bytes:
    """Return a refused event as JSON, for a dead letter; nothing for one nested too deep to write."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # It reads deeper nesting than it writes; a letter as deep as that tells nobody anything.
        return b""
