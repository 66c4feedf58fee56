"""What a transport hands to a format, and what a format makes of it: the one joint of every feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from rtcc.model.event import Event

#: How the reason begins of what is whole and well-formed, and of no kind that we keep: chat, say. No fault of the feed.
NOT_OURS = "No event of ours"


class Payload(NamedTuple):
    """Bytes as they came: one page of a poll, one request, one message; ``received_at`` is aware UTC.

    ``sender`` is who sent them as the journal shall know them: a key's name, or the feed's own name where we fetched.
    """

    received_at: datetime
    sender: str
    content_type: str
    body: bytes


class Refused(NamedTuple):
    """One row, or part, that became no event: which (from 1), its id if it has one, why in one sentence, its bytes."""

    row: int
    id: str
    reason: str
    raw: bytes


@dataclass(slots=True)
class Told:
    """What payloads told: ``rows`` were in them, of which ``unchanged`` told nothing new.

    ``remember`` is what the feed's memory must hold from now on: a row's id → its mark, or None to forget it.
    ``doubted`` where the same must be seen once more to be believed, so that it must be asked for without conditions.
    ``remarks`` are things in accepted rows that could not be used; nothing is lost by them but that one value.
    """

    rows: int = 0
    events: list[Event] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    remarks: list[Refused] = field(default_factory=list)
    unchanged: int = 0
    remember: dict[str, bytes | None] = field(default_factory=dict)
    doubted: bool = False


class Format(Protocol):
    """Reads the payloads of one feed; made once from the feed's table in ``feeds.toml``."""

    #: Whether ``read`` needs the feed's memory: the marks of rows it has told before.
    remembers: bool

    def read(self, payload: Payload, memory: Mapping[str, bytes]) -> Told:
        """Read one payload, whole. Never raises for what is in it: all that cannot be used is refused with a reason."""
        ...


class FeedNames(NamedTuple):
    """What a format must know of its feed: its name, and the source and the agency that its events carry."""

    name: str
    source: str
    agency: str


class FeedTableError(ValueError):
    """A table in ``feeds.toml`` that cannot be used: one sentence that names the feed, the key and what is allowed."""
