"""The picture at every moment, read from the journal, is what the store held then, and what the pure model says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rtcc.journal.picture import read_picture
from rtcc.journal.writer import JournalWriter
from rtcc.model.event import Event
from rtcc.picture.changes import last_position, read_changes
from rtcc.picture.retention import retire
from rtcc.picture.snapshot import load
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import AsyncStore, Store
from rtcc.store.connection import connect_async
from tests.factories import NOON, histories, make_event
from tests.made_journal import merge_all, reading, write, writing
from tests.pure_picture import PurePicture

#: What the picture was after one step: fields and agency by identity, and with it where each last changed.
Held = dict[tuple[str, str], tuple[str, dict[str, Any], int]]
_YEAR_S = 365 * 86_400


def held(entities: Any) -> Held:
    """Return entities by identity, without what is cleared."""
    return {
        (one.kind, one.id): (one.agency, {n: v for n, v in one.fields.items() if v is not None}, one.position)
        for one in entities
    }


@dataclass
class Center:
    """A store that takes events in, and a journal that is written whenever a test says so."""

    store: Store
    settings: Settings
    folder: Path
    writer: JournalWriter = field(init=False)
    moments: list[tuple[int, Held, PurePicture | None]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    retired: bool = False
    written: int = 0
    since: int = 0

    def __post_init__(self) -> None:
        self.store.flushall()
        self.writer = writing(self.folder)

    def ask(self, question: Callable[[AsyncStore], Any]) -> Any:
        """Ask the store."""

        async def asked() -> Any:
            client = connect_async(self.settings)
            try:
                return await question(client)
            finally:
                await client.aclose()

        return asyncio.run(asked())

    def look(self) -> None:
        """Remember what is so now."""
        position = self.ask(last_position)

        async def all_of_it(client: AsyncStore) -> list[Any]:
            return [entity async for entity in load(client)]

        pure = None if self.retired else PurePicture(self.events)
        self.moments.append((position, held(self.ask(all_of_it)), pure))

    def apply(self, events: list[Event]) -> None:
        """Take in a batch."""
        PictureWriter(self.store, self.settings, clock=NOON.timestamp).apply(events)
        self.events += events
        self.look()

    def retire(self) -> None:
        """Let all that ended leave."""
        retire(self.store, self.settings, clock=lambda: NOON.timestamp() + _YEAR_S)
        self.retired = True
        self.look()

    def mark(self) -> None:
        """Let the reading of a picture begin, which ends at the next one."""
        self.since = self.ask(last_position)

    def picture(self) -> None:
        """Write the whole picture down."""
        whole = self.ask(read_picture)
        self.writer.write_picture(whole.tables, self.since, whole.at)
        self.since = whole.at

    def write(self) -> None:
        """Write all down that the stream told since."""
        changes = [c for c in read_changes(self.store.xrange(keys.CHANGES)) if c.position > self.written]
        if changes:
            write(self.writer, *changes)
            self.written = changes[-1].position

    def merge(self) -> None:
        """Make one segment of many."""
        merge_all(self.writer)


_steps = st.lists(
    st.tuples(st.just("apply"), histories)
    | st.tuples(st.sampled_from(["retire", "mark", "picture", "write", "merge"])),
    min_size=3,
    max_size=14,
)


@given(_steps)
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_picture_at_every_moment_is_what_it_was(store: Store, settings: Settings, steps: list[tuple[Any, ...]]):
    """Whenever segments and whole pictures were written, read while the picture went on, or merged since."""
    with TemporaryDirectory() as folder:
        center = Center(store, settings, Path(folder))
        for name, *arguments in steps:
            getattr(center, name)(*arguments)
        center.write()
        journal = reading(Path(folder))
        for position, was, pure in center.moments:
            entities = list(journal.picture_at(position))
            assert held(entities) == was
            assert journal.gap_at(position) is None
            if pure is not None:
                by_kind: dict[str, dict[str, Any]] = {}
                for (kind, id_), (_, fields, _) in held(entities).items():
                    by_kind.setdefault(kind, {})[id_] = fields
                assert by_kind == pure.entities()
        last = center.moments[-1][1] if center.moments else {}
        units = {who: what for who, what in last.items() if who[0] == "unit"}
        assert held(journal.picture_at(journal.reaches_to, ["unit"])) == units


@given(st.lists(histories, min_size=2, max_size=6))
@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_picture_and_the_changes_after_it_are_the_picture_later(
    store: Store, settings: Settings, batches: list[list[Event]]
):
    """What a replay does: begin with the picture at a moment, and apply the window's changes to it."""
    with TemporaryDirectory() as folder:
        center = Center(store, settings, Path(folder))
        for events in batches:
            center.apply(events)
        center.write()
        journal = reading(Path(folder))
        begin = center.moments[0][0]
        played = {who: dict(fields) for who, (_, fields, _) in held(journal.picture_at(begin)).items()}
        for change in journal.changes(begin, journal.reaches_to):
            if change.fields is None:
                played.pop((change.kind, change.id), None)
            else:
                played.setdefault((change.kind, change.id), {}).update(change.fields)
        left = {who: {n: v for n, v in fields.items() if v is not None} for who, fields in played.items()}
        assert left == {who: fields for who, (_, fields, _) in center.moments[-1][1].items()}


def test_a_restored_entity_knows_who_wrote_what(store: Store, settings: Settings, tmp_path: Path) -> None:
    """After a whole picture and changes since, each field comes with its version and its source, as in the store."""
    center = Center(store, settings, tmp_path)
    center.apply([make_event("unit", "3D12", source="avl", sequence=7, data={"status": "busy", "callsign": "3D12"})])
    center.picture()
    later = NOON.replace(second=5)
    center.apply([make_event("unit", "3D12", source="cad", occurred_at=later, data={"status": "available"})])
    center.write()

    async def one(client: AsyncStore) -> Any:
        return [entity async for entity in load(client)]

    (wanted,) = center.ask(one)
    (found,) = reading(tmp_path).picture_at(center.moments[-1][0])
    assert found == wanted
