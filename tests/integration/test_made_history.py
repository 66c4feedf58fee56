"""The history that the benchmark makes: told as the picture itself would tell it, and a journal like any other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.history_reading import percentiles, picture, timeline
from benchmarks.made_city import City
from benchmarks.made_history import Made, Size, make
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.journal.reader import Journal
from rtcc.journal.segments import CHANGES
from rtcc.model.event import Event, iso
from rtcc.model.version import instant_at
from rtcc.picture.changes import read_changes
from rtcc.picture.retention import retire
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from tests.unit.feeds.small_city import small_city

BEGIN = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def place(events: list[Event]) -> None:
    """Say where each incident is, as the city's own places would."""
    for event in events:
        if event.data and "entered_at" in event.data:
            event.data["district"] = "North" if event.data["lat"] > 41.01 else "South"


@pytest.mark.drill
def test_a_life_is_told_as_the_picture_tells_it(store: Store, settings: Settings):
    """What the made-up history says changed is, one by one, what the real script says of the same events."""
    city = City(small_city(), place)
    chosen: dict[str, Any] = {"seed": 1, "fixes": True, "leave": True}
    kept = settings.model_copy(update={"incident_leaves_after_s": 900, "call_leaves_after_s": 300})
    for until, events in city.told(BEGIN, timedelta(minutes=30), **chosen):
        PictureWriter(store, kept, until.timestamp).apply(events)
        retire(store, kept, until.timestamp)
    told = [
        (one.kind, one.id, one.agency, one.source, one.fields, one.occurred_at, one.sequence)
        for one in read_changes(store.xrange(keys.CHANGES))
        if one.source != "rtcc-retention"
    ]
    said = city.live(BEGIN, timedelta(minutes=30), **chosen).said
    assert told == [
        (one.kind, one.id, one.agency, one.source, one.fields, iso(instant_at(one.occurred_us)), one.sequence)
        for one in said
        if one.source != "rtcc-retention"
    ]
    left = [one for one in read_changes(store.xrange(keys.CHANGES)) if one.source == "rtcc-retention"]
    assert [(one.kind, one.id) for one in left] == [(o.kind, o.id) for o in said if o.source == "rtcc-retention"]
    assert {one.kind for one in left} >= {"incident", "call"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """A history of three times two hours, and half an hour with fixes."""
    folder = tmp_path_factory.mktemp("history")
    return folder / "journal", make(folder, Size(2 / 24, 3, 0.5), City(small_city(), place))


def test_the_reader_finds_in_a_made_history_what_was_put_into_it(made: tuple[Path, Made]):
    """Timelines, pictures and responses are, for the reader, what they were while the history was made."""
    root, told = made
    journal = Journal(Folder(root))
    journal.refresh()
    assert told.responses > 100
    assert len(told.timelines) == 100
    assert len(told.pictures) == 50
    for ask, asked in ((timeline, told.timelines), (picture, told.pictures)):
        took, wrong = ask(journal, asked)  # type: ignore[operator]
        assert (len(took), wrong) == (len(asked), [])
    assert percentiles(journal, {"times": 1, "responses": told.responses})[1] == []


def test_a_question_that_is_answered_wrongly_is_noticed(made: tuple[Path, Made]):
    """One change too few, an entity too many, another number of responses: each is named."""
    root, told = made
    journal = Journal(Folder(root))
    journal.refresh()
    (id_, count), *_ = told.timelines.items()
    (at, (entities, digest)), *_ = told.pictures.items()
    assert len(timeline(journal, {id_: count + 1})[1]) == 1
    assert len(picture(journal, {at: (entities + 1, digest)})[1]) == 1
    assert len(picture(journal, {at: (entities, "0" * 64)})[1]) == 1
    assert len(percentiles(journal, {"times": 1, "responses": told.responses + 1})[1]) == 1


def test_a_made_history_holds_each_change_once_in_its_place(made: tuple[Path, Made]):
    """As many rows as were told, under ids of their own for every time that the city lived."""
    root, told = made
    segments = Manifest(Folder(root)).refresh().of(CHANGES)
    assert sum(segment.rows for segment in segments) == told.changes
    journal = Journal(Folder(root))
    journal.refresh()
    changes = list(journal.changes(0, journal.reaches_to))
    identities = [(one.position, one.place) for one in changes]
    assert identities == sorted(set(identities))
    assert len(changes) == told.changes
    assert len({one.id for one in changes if one.kind == "incident"}) == told.incidents
