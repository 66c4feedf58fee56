"""The picture at any moment: what the journal tells is what the pure model of the picture was then."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.journal.merge import merge_due
from rtcc.journal.picture import read_picture
from rtcc.journal.place import Folder
from rtcc.journal.reader import Journal
from rtcc.journal.signing import load_signer
from rtcc.journal.writer import Gathered, JournalWriter
from rtcc.model.event import Event
from rtcc.picture.changes import read_changes, seconds_of
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import connect, connect_async
from tests.factories import NOON, histories, make_event
from tests.pure_picture import PurePicture

Entities = dict[str, dict[str, dict[str, Any]]]


class Told:
    """A picture and its journal: batches go in, the journal follows, and the model remembers how all stood when."""

    def __init__(self, store: Store, settings: Settings, root: Path) -> None:
        store.flushall()
        self._store, self._settings = store, settings
        self._picture = PictureWriter(store, settings, clock=NOON.timestamp)
        self._journal = JournalWriter(Folder(root), load_signer(settings.data_dir))
        self._journal.begin()
        self._model = PurePicture()
        self._read = "-"
        #: Position after each batch, and the model's picture then.
        self.moments: list[tuple[int, Entities]] = []

    def apply(self, batch: list[Event]) -> None:
        """Apply a batch to both pictures."""
        before = self._last()
        self._picture.apply(batch)
        for event in batch:
            self._model.apply(event)
        if self._last() != before:
            self.moments.append((self._last(), self._model.entities()))

    def write(self) -> None:
        """Let the journal write what the stream has."""
        changes = read_changes(self._store.xrange(keys.CHANGES, self._read))
        gathered = Gathered()
        gathered.take([change for change in changes if change.position > self._journal.state.position])
        if gathered.rows:
            self._journal.write(gathered)
            self._read = self._journal.state.upto

    def take_picture(self) -> None:
        """Let the journal read the whole picture from the store."""

        async def read() -> None:
            client = connect_async(self._settings)
            picture = await read_picture(client)
            await client.aclose()
            self._journal.write_picture(picture.tables, picture.since, picture.at)

        asyncio.run(read())

    def merge(self) -> None:
        """Merge everything, as when a month has passed."""
        later = datetime.now(UTC) + timedelta(days=70)
        while merge_due(self._journal, later.timestamp()):
            pass

    def _last(self) -> int:
        last = self._store.xrevrange(keys.CHANGES, count=1)
        return read_changes(last)[-1].position if last else 0


def at(journal: Journal, moment: int | datetime) -> Entities:
    """Return the journal's picture at a moment as the API would give it; what is cleared is absent."""
    picture: Entities = {}
    for entity in journal.picture_at(moment):
        fields = {name: value for name, value in entity.fields.items() if value is not None}
        picture.setdefault(entity.kind, {})[entity.id] = fields
    return picture


_steps = st.lists(st.tuples(histories, st.sampled_from(["", "write", "picture", "merge"])), min_size=1, max_size=6)


@settings(max_examples=60)
@given(_steps)
def test_at_every_moment_of_any_history_it_is_the_models_picture(valkey_settings, tmp_path_factory, steps):
    """Conflicts, withdrawals, repeats; written, pictured and merged at any time: after each batch the same picture."""
    store = connect(valkey_settings)
    root = tmp_path_factory.mktemp("journal")
    told = Told(store, valkey_settings, root)
    for batch, then in steps:
        told.apply(batch)
        if then:
            told.write()
        if then == "picture":
            told.take_picture()
        if then == "merge":
            told.merge()
    told.write()
    store.close()
    journal = Journal(Folder(root))
    journal.refresh()
    for position, entities in told.moments:
        assert at(journal, position) == entities


def some_events(chance: random.Random, number: int) -> list[Event]:
    """Return events about a few dozen entities, late ones and withdrawals among them."""
    events = []
    for _ in range(chance.randint(1, 12)):
        when = NOON + timedelta(seconds=number + chance.choice((0, 0, 0, -30)))
        if chance.random() < 0.6:
            data: dict[str, Any] | None = {
                "lat": round(chance.uniform(37, 38), 6),
                "lon": round(chance.uniform(-123, -122), 6),
                "speed_mps": chance.choice((0, 4.5, None)),
            }
            id_ = f"U{chance.randrange(25)}"
        else:
            data = {"status": chance.choice(("pending", "enroute", "closed")), "priority": chance.randint(1, 5)}
            id_ = f"I{chance.randrange(25)}"
        kind = "unit" if id_[0] == "U" else "incident"
        data = None if chance.random() < 0.05 else data
        events.append(make_event(kind, id_, data=data, occurred_at=when, source=chance.choice(("cad", "avl"))))
    return events


def test_at_a_thousand_random_moments_it_is_the_models_picture(store: Store, settings: Settings, tmp_path: Path):
    """A long history, written in parts, with whole pictures among it, half of it merged."""
    chance = random.Random(7)
    told = Told(store, settings, tmp_path)
    for number in range(400):
        told.apply(some_events(chance, number))
        if chance.random() < 0.06:
            told.write()
        if chance.random() < 0.02:
            told.write()
            told.take_picture()
        if number == 200:
            told.merge()
    told.write()
    journal = Journal(Folder(tmp_path))
    journal.refresh()
    first, last = told.moments[0][0], told.moments[-1][0]
    for _ in range(1000):
        ms = chance.randint(first >> 20, last >> 20)
        so_far = [entities for position, entities in told.moments if position >> 20 <= ms]
        moment = datetime.fromtimestamp(seconds_of(ms << 20), UTC)
        assert at(journal, moment) == so_far[-1]
