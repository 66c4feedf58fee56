"""Parts of a feed for tests: a plain format, a feed that is made by hand, and a center that applies what it is told."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from rtcc.feeds.declared import Feed
from rtcc.feeds.intake import Intake
from rtcc.feeds.ledger import Ledger
from rtcc.feeds.payload import Payload, Refused, Told
from rtcc.feeds.transports.http_poll import HttpPoll
from rtcc.model.event import Event, EventError, iso, parse_event
from rtcc.model.wire import decode
from rtcc.picture.changes import read_changes
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.inbox import Inbox
from rtcc.picture.received import Received, unpack
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.tasks import StoreUnavailable
from tests.factories import NOON
from tests.stored_picture import stored_picture

STATUSES = ("pending", "dispatched", "enroute", "on_scene", "cleared", "closed")


def row(id_: str, status: str = "pending", minute: float = 0, **more: Any) -> dict[str, Any]:
    """Return a row as the made-up portal has it, last updated so many minutes after NOON."""
    updated = (NOON + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return {"id": id_, "status": status, "updated": updated} | more


class ListFormat:
    """Incidents from JSON rows ``{id, status, updated}``, wherever the list lies; ``snapshot`` closes what is gone."""

    remembers = True

    def __init__(self, *, snapshot: bool = False) -> None:
        """Choose what the absence of a row means."""
        self.snapshot = snapshot
        self.reads = 0

    def read_all(self, payloads: Sequence[Payload], memory: Mapping[str, bytes]) -> Told:
        """Read all pages of a poll."""
        told, seen = Told(), set()
        for payload in payloads:
            self.reads += 1
            try:
                rows = _rows(payload.body)
            except ValueError:
                return Told(refused=[Refused(0, "", "The payload is no JSON with rows.", payload.body)])
            for index, each in enumerate(rows, told.rows + 1):
                self._read_row(index, each, payload.received_at, memory, told)
                seen.add(each.get("id"))
            told.rows += len(rows)
        if self.snapshot:
            for id_ in memory.keys() - seen:
                told.remember[id_] = None
                told.events.append(
                    _event(id_, {"status": "closed"}, payloads[-1].received_at, payloads[-1].received_at)
                )
        return told

    def read(self, payload: Payload, memory: Mapping[str, bytes]) -> Told:
        """Read one payload."""
        return self.read_all([payload], memory)

    def _read_row(
        self, index: int, each: dict[str, Any], received_at: datetime, memory: Mapping[str, bytes], told: Told
    ) -> None:
        raw = orjson.dumps(each)
        mark = hashlib.blake2s(raw, digest_size=8).digest()
        try:
            id_ = str(each["id"])
            if told.remember.get(id_, memory.get(id_)) == mark:
                told.unchanged += 1
                return
            at = datetime.fromisoformat(each["updated"]).replace(tzinfo=NOON.tzinfo)
            told.events.append(_event(id_, {"status": each["status"]}, at, received_at))
            told.remember[id_] = mark
        except (KeyError, ValueError, TypeError) as error:
            sentence = str(error) if isinstance(error, EventError) else "A column is missing."
            told.refused.append(Refused(index, str(each.get("id", "")), sentence, raw))


def _rows(body: bytes) -> list[dict[str, Any]]:
    told = orjson.loads(body)
    if isinstance(told, dict):
        told = told.get("features") or told.get("result", {}).get("records") or [told]
    return [each.get("attributes", each) for each in told]


def _event(id_: str, data: dict[str, Any], at: datetime, received_at: datetime) -> Event:
    return parse_event(
        {"kind": "incident", "id": id_, "agency": "T", "source": "town", "occurred_at": iso(at), "data": data},
        received_at,
    )


def made_feed(transport: str = "poll", table: Mapping[str, Any] | None = None, **over: Any) -> Feed:
    """Return a feed of the made-up town."""
    parts: dict[str, Any] = {
        "name": "town",
        "title": "The town",
        "source": "town",
        "agency": "T",
        "interval_s": 60.0,
        "format": ListFormat(),
        "format_name": "rows",
        "transport_name": transport,
        "transport": dict(table or {}),
        "enabled": True,
        "breaker_share": 0.5,
        "breaker_rows": 20,
    }
    return Feed(**(parts | over))


class FeedCenter:
    """A center with one feed: a clock that is moved, and a picture that has what was kept at once."""

    def __init__(self, store: Store, settings: Settings, feed: Feed) -> None:
        """Begin an hour after NOON, so that every row lies in the past."""
        self.store = store
        self.settings = settings
        self.now = NOON + timedelta(hours=1)
        self.feed = feed
        self.away = 0
        self._writer = PictureWriter(store, settings)
        self._inbox = Inbox(store, self._apply)
        self.begin(feed)

    def begin(self, feed: Feed) -> None:
        """Begin anew, as a process does after its predecessor has died."""
        self.feed = feed
        self.ledger = Ledger(self.store, feed)
        self.intake = Intake(feed, self.ledger, self.put, self.bury, lambda: self.now)
        self.poller = (
            HttpPoll(feed, self.intake, self.ledger, now=lambda: self.now) if "url" in feed.transport else None
        )

    def put(self, events: Sequence[Event], payloads: Sequence[Payload]) -> None:
        """Keep events, unless the store is ``away`` for the next so many times."""
        if self.away:
            self.away -= 1
            raise StoreUnavailable("The store does not answer.")
        self._inbox.put(events, [Received(*each) for each in payloads])

    def bury(self, letters: Sequence[tuple[str, str, bytes]], received_at: str) -> None:
        """Keep dead letters."""
        DeadLetters(self.store).add_all(letters, received_at)

    def poll(self, after_s: float = 60.0) -> str:
        """Move the clock on and poll."""
        self.now += timedelta(seconds=after_s)
        return self.poller.poll()

    def close(self) -> None:
        """Let go of connections."""
        if self.poller is not None:
            self.poller.close()

    def statuses(self) -> dict[str, str]:
        """Return every incident's status, as the picture has it."""
        return {id_: fields["status"] for id_, fields in stored_picture(self.store).get("incident", {}).items()}

    def changes(self) -> list[tuple[str, dict[str, Any]]]:
        """Return every effective change there ever was, in order: (incident, fields)."""
        return [(change.id, dict(change.fields or {})) for change in read_changes(self.store.xrange(keys.CHANGES))]

    def bodies(self) -> list[bytes]:
        """Return the bodies that went to the journal."""
        return [each.body for _, entry in self.store.xrange(keys.RAW) for each in unpack(entry[b"b"])]

    def letters(self) -> list[tuple[str, str]]:
        """Return (source, reason) of each dead letter."""
        return [(each.source, each.reason) for each in DeadLetters(self.store).all()]

    def _apply(self, name: str) -> None:
        batch = self._inbox.take(name)
        assert batch is not None
        self._writer.apply(decode(batch))
        self._inbox.finish(name)


@contextlib.contextmanager
def closing_center(center: FeedCenter):
    """Close it at the end of a block."""
    try:
        yield center
    finally:
        center.close()
