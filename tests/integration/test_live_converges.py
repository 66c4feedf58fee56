"""Listeners of the live stream against the picture: whoever follows, however badly, ends with what the API gives."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rtcc.access.visibility import MARK_NAMES, RESTRICTED, Audience
from rtcc.model.event import Event
from rtcc.picture.changes import Change, read_changes
from rtcc.picture.replica import Replica
from rtcc.picture.snapshot import StoredEntity
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.connection import connect
from rtcc.web import hub as hub_module
from rtcc.web.frames import Frame, visible
from rtcc.web.hub import Hub, now_text
from rtcc.web.live import LiveStream
from tests.factories import NOON, make_event

ENTITIES = [("unit", "3D12"), ("incident", "I-1"), ("detection", "S-1")]
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "unit": {
        "covert": st.sampled_from([True, False, None]),
        "status": st.sampled_from(["available", "busy", None]),
        "crew": st.sampled_from([["Ann"], None]),
    },
    "incident": {
        "sensitive": st.sampled_from([True, False, None]),
        "address": st.sampled_from(["1 A St", "2 B St", None]),
        "narrative": st.sampled_from(["a", "b", None]),
        "priority": st.sampled_from([1, 2, None]),
        "status": st.sampled_from(["pending", "dispatched"]),
    },
    "detection": {"plate": st.sampled_from(["7ABC123", None]), "rounds": st.sampled_from([1, 2, None])},
}


@st.composite
def news(draw: st.DrawFn) -> tuple[str, str, dict[str, Any] | None]:
    """One thing said about one of few entities; every fourth is that it is withdrawn."""
    kind, id_ = draw(st.sampled_from(ENTITIES))
    fields = st.fixed_dictionaries({}, optional=FIELDS[kind]).filter(bool)
    return kind, id_, draw(st.one_of(st.none(), fields, fields, fields))


def stream_of(settings: Settings, history: list[tuple[str, str, dict[str, Any] | None]], batch: int) -> list[Change]:
    """Return the changes that the real store makes of a history."""
    store = connect(settings)
    store.flushall()
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    events: list[Event] = [
        make_event(kind, id_, occurred_at=NOON + timedelta(seconds=second), data=data)
        for second, (kind, id_, data) in enumerate(history)
    ]
    for start in range(0, len(events), batch):
        writer.apply(events[start : start + batch])
    changes = read_changes(store.xrange(keys.CHANGES))
    store.close()
    return changes


class Follower:
    """A listener that merges what it is sent, may be stalled, and may lose its connection."""

    def __init__(self, hub: Hub, audience: Audience) -> None:
        self.hub, self.audience = hub, audience
        self.may_read = asyncio.Event()
        self.entities: dict[tuple[str, str], dict[str, Any]] = {}
        self.cursor = ""
        self.load()
        self.connect()

    def load(self) -> None:
        """Do as a browser does at its start, and when it is told to: take the whole picture."""
        self.entities = picture(self.hub, self.audience)
        self.cursor = hub_module.cursor_of(self.hub.replica.position)

    def connect(self) -> None:
        """Open the stream where it was left."""
        self.task = asyncio.ensure_future(self._follow())

    async def _follow(self) -> None:
        async for body in LiveStream(self.hub, self.audience, self.cursor)._events():
            for block in body.decode().split("\n\n"):
                lines = dict(line.split(": ", 1) for line in block.split("\n") if line)
                self._take(lines.get("event"), orjson.loads(lines.get("data", "null")), lines.get("id"))
            await self.may_read.wait()

    def _take(self, event: str | None, data: Any, id_: str | None) -> None:
        if event == "reset":
            self.load()
            return
        for change in data["changes"] if event == "change" else ():
            identity = change["kind"], change["id"]
            if change["fields"] is None:
                self.entities.pop(identity, None)
                continue
            fields = self.entities.setdefault(identity, {})
            for name, value in change["fields"].items():
                assert value is None or self.audience in RESTRICTED[change["kind"]].get(name, {self.audience})
                fields[name] = value
                if value is None:
                    del fields[name]
        self.cursor = id_ or self.cursor


def picture(hub: Hub, audience: Audience) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what `GET /api/v1/picture` gives."""
    seen = {identity: visible(entity, audience) for identity, entity in hub.replica.entities.items()}
    return {identity: fields for identity, fields in seen.items() if fields is not None}


def reload(hub: Hub, past: list[Change], learn: int) -> None:
    """Do as the hub does when it has lost the stream: begin again from the store, and learn a little of the past."""
    stored = [StoredEntity(e.kind, e.id, "SFPD", dict(e.fields), e.position) for e in hub.replica.entities.values()]
    hub.replica = Replica.of(stored, hub.replica.position, MARK_NAMES)
    hub.replica.learn_past(past[-learn:])
    hub.frames.clear()
    hub._entries_kept = 0
    hub._next_number += 1
    hub._beat()


async def follow(changes: list[Change], seed: int) -> None:
    """Feed a hub in random steps to followers who stall and reconnect at random, and compare in the end."""
    chance = random.Random(seed)
    hub = Hub(lambda: pytest.fail("no store is asked"), lambda _: 60.0)
    hub.replica = Replica(MARK_NAMES)
    audiences: tuple[Audience, ...] = ("wall", "wall", "public", "officer", "admin")
    followers = [Follower(hub, audience) for audience in audiences]
    past: list[Change] = []
    while changes:
        taken = changes[: chance.randint(1, 4)]
        while len(taken) < len(changes) and changes[len(taken)].position == taken[-1].position:
            taken = changes[: len(taken) + 1]
        changes = changes[len(taken) :]
        past += [Change(c.position, c.kind, c.id, c.agency, c.source, c.fields, "", "") for c in taken]
        entries: dict[Any, Any] = {}
        hub._take(taken, entries)
        hub._publish(Frame(hub.next_number, hub.replica.position, now_text(), list(entries.values())))
        if chance.random() < 0.05:
            reload(hub, past, chance.randint(1, 12))
        for follower in followers:
            what = chance.random()
            if what < 0.4:
                follower.may_read.clear()
            elif what < 0.55:
                follower.may_read.set()
            elif what < 0.6:
                follower.task.cancel()
                follower.connect()
        for _ in range(chance.choice((0, 1, 10))):
            await asyncio.sleep(0)
    for follower in followers:
        follower.may_read.set()
    end = hub_module.cursor_of(hub.replica.position)
    for _ in range(500):
        await asyncio.sleep(0)
    for follower in followers:
        if follower.task.done():
            await follower.task
        follower.task.cancel()
        assert (follower.audience, follower.cursor) == (follower.audience, end)
        assert (follower.audience, follower.entities) == (follower.audience, picture(hub, follower.audience))


@hypothesis_settings(
    max_examples=200,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # to shrink what also depends on a seed takes minutes and gains little
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(news(), min_size=12, max_size=40), batch=st.integers(1, 3), seed=st.integers(0, 2**32))
def test_whoever_follows_ends_with_what_the_picture_gives(
    valkey_settings: Settings, monkeypatch: pytest.MonkeyPatch, history: list[Any], batch: int, seed: int
) -> None:
    """Slow, cut off, passed by or reset: each audience's follower holds at the end exactly what it may see, no less
    and no more, and was at no time sent a field that it may not see.
    """
    monkeypatch.setattr(hub_module, "_RING_FRAMES", 2)
    asyncio.run(follow(stream_of(valkey_settings, history, batch), seed))
