"""From a request's bytes to events: bounded, event by event, each failure with its own reason."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

from rtcc.feeds.formats.native import MOST_EVENTS, dumped, json_lines
from rtcc.model.event import Event, EventError
from rtcc.model.outside import parse_outside

LARGEST = 5 * 1024 * 1024
#: What a sender may still push at us after it was too much, before the connection is simply closed.
_DRAINED = 64 * 1024 * 1024
#: Events checked between two turns of the event loop, so that a large body delays nobody's picture.
_AT_ONCE = 250


class BodyError(ValueError):
    """A body of which nothing can be read; the message is one sentence."""


class NotReadError(HTTPException):
    """A body that is not read to its end, answered with one sentence; its connection is of no more use."""

    def __init__(self, status: int, sentence: str) -> None:
        """Keep the answer."""
        super().__init__(status, sentence, {"Connection": "close"})


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


async def read_body(request: Request, largest: int = LARGEST) -> bytes:
    """Return the whole body. Raises NotReadError: 400 for one cut short, 413 for one over ``largest`` bytes.

    A moderate excess is let run out unread before that.
    A sender that still writes when we answer would see a broken pipe instead of our 413.
    """
    size = 0
    chunks: list[bytes] = []
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= largest:
                chunks.append(chunk)
            else:
                chunks.clear()
            if size > _DRAINED:
                break
    except ClientDisconnect:
        raise NotReadError(400, "The body ended before its announced end; send it again.") from None
    if size > largest:
        raise NotReadError(413, f"The body is over {largest // 1024:,} KB; send less at once.")
    return b"".join(chunks)


def decode(body: bytes) -> Any:
    """Return the JSON value that a body holds. Raises BodyError where it holds none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyError(f"The body is not valid JSON near character {error.pos}; send UTF-8 JSON.") from None


async def parse_body(body: bytes, content_type: str, received_at: datetime) -> Parsed:
    """Check every event of a JSON object, JSON array or NDJSON body that was received at an aware instant.

    Raises BodyError where it is none of these, NotReadError where it holds too many.
    """
    parsed = Parsed()
    for index, (value, raw) in enumerate(_values(body, content_type)):
        if index == MOST_EVENTS:
            raise NotReadError(413, f"The body holds over {MOST_EVENTS:,} events; send it in parts.")
        if index % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
        try:
            if isinstance(value, EventError):
                raise value
            parsed.events.append(parse_outside(value, received_at))
        except EventError as error:
            parsed.refused.append(Refused(index, str(error), raw or dumped(value), _source(value)))
    if not (parsed.events or parsed.refused):
        raise BodyError("The body holds no event; send a JSON object, a JSON array of objects, or one object a line.")
    return parsed


def _values(body: bytes, content_type: str) -> Iterator[tuple[Any, bytes]]:
    if "ndjson" in content_type or "jsonl" in content_type:
        yield from _lines(body)
        return
    value = decode(body)
    if type(value) is list:
        yield from ((item, b"") for item in value)
    else:
        yield value, body


def _lines(body: bytes) -> Iterator[tuple[Any, bytes]]:
    for value, line in json_lines(body):
        if isinstance(value, orjson.JSONDecodeError):
            sentence = f"The line is not valid JSON near character {value.pos}; send one UTF-8 JSON object a line."
            yield EventError("line", sentence), line
        else:
            yield value, line


def _source(value: Any) -> str | None:
    source = value.get("source") if type(value) is dict else None
    return source if type(source) is str and 0 < len(source) <= 64 and source.isprintable() else None
