"""From a request's bytes to events: bounded, event by event, each failure with its own reason."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import Request
from starlette.requests import ClientDisconnect

from rtcc.model.event import Event, EventError, parse_event

LARGEST = 5 * 1024 * 1024
#: About as many as fit when all are good; without it five megabytes of commas would cost gigabytes of refusals.
MOST_EVENTS = 50_000
#: What a sender may still push at us after it was too much, before the connection is simply closed.
_DRAINED = 64 * 1024 * 1024
#: Events checked between two turns of the event loop, so that a large body delays nobody's picture.
_AT_ONCE = 250


class BodyError(ValueError):
    """A body of which nothing can be read; the message is one sentence."""


class TooLargeError(ValueError):
    """A body over LARGEST, or of more than MOST_EVENTS events."""


class CutShortError(ValueError):
    """A body whose sender went away before its end."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One event that was not taken: its place in the body, why, its bytes, and its source where it said one."""

    index: int
    reason: str
    raw: bytes
    source: str | None


@dataclass(slots=True)
class Parsed:
    """What a body held."""

    events: list[Event] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


async def read_body(request: Request) -> bytes:
    """Return the whole body. Raises CutShortError, or TooLargeError after letting a moderate excess run out unread.

    A sender that still writes when we answer would see a broken pipe instead of our 413.
    """
    size = 0
    chunks: list[bytes] = []
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= LARGEST:
                chunks.append(chunk)
            else:
                chunks.clear()
            if size > _DRAINED:
                break
    except ClientDisconnect:
        raise CutShortError("The body ended before its announced end; send it again.") from None
    if size > LARGEST:
        raise TooLargeError(f"The body is over {LARGEST // (1024 * 1024)} MB; send it in parts.")
    return b"".join(chunks)


async def parse_body(body: bytes, content_type: str) -> Parsed:
    """Check every event of a JSON object, JSON array or NDJSON body.

    Raises BodyError where it is none of these, TooLargeError where it holds too many.
    """
    received_at = datetime.now(UTC)
    parsed = Parsed()
    for index, (value, raw) in enumerate(_values(body, content_type)):
        if index == MOST_EVENTS:
            raise TooLargeError(f"The body holds over {MOST_EVENTS:,} events; send it in parts.")
        if index % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
        try:
            if isinstance(value, EventError):
                raise value
            parsed.events.append(parse_event(value, received_at))
        except EventError as error:
            parsed.refused.append(Refused(index, str(error), raw or _raw(value), _source(value)))
    if not (parsed.events or parsed.refused):
        raise BodyError("The body holds no event; send a JSON object, a JSON array of objects, or one object a line.")
    return parsed


def _values(body: bytes, content_type: str) -> Iterator[tuple[Any, bytes]]:
    if "ndjson" in content_type or "jsonl" in content_type:
        yield from _lines(body)
        return
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyError(f"The body is not valid JSON near character {error.pos}; send UTF-8 JSON.") from None
    if type(value) is list:
        yield from ((item, b"") for item in value)
    else:
        yield value, body


def _lines(body: bytes) -> Iterator[tuple[Any, bytes]]:
    for line in body.split(b"\n"):
        if not line.strip():
            continue
        try:
            yield orjson.loads(line), line
        except orjson.JSONDecodeError as error:
            sentence = f"The line is not valid JSON near character {error.pos}; send one UTF-8 JSON object a line."
            yield EventError("line", sentence), line


def _raw(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # It reads deeper nesting than it writes; a letter as deep as that tells nobody anything.
        return b""


def _source(value: Any) -> str | None:
    source = value.get("source") if type(value) is dict else None
    return source if type(source) is str and 0 < len(source) <= 64 and source.isprintable() else None
