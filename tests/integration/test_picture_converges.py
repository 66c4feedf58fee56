"""The picture in a real store against its plain Python model: any order, doubling and splitting, one picture."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rtcc.model.event import Event
from rtcc.picture.changes import Change, read_changes
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.retention import retire
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import connect
from tests.factories import NOON, histories, make_event
from tests.pure_picture import PurePicture
from tests.stored_picture import stored_picture


def changes(store: Store) -> list[Change]:
    """Return every change in the stream, the oldest first."""
    return read_changes(store.xrange(keys.CHANGES))


def followed_picture(store: Store) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the picture that someone has who saw nothing but the stream."""
    picture: dict[str, dict[str, dict[str, Any]]] = {}
    for change in changes(store):
        entities = picture.setdefault(change.kind, {})
        if change.fields is None:
            entities.pop(change.id, None)
            continue
        fields = entities.setdefault(change.id, {})
        fields.update(change.fields)
        for name in [name for name, value in fields.items() if value is None]:
            del fields[name]
    return {kind: entities for kind, entities in picture.items() if entities}


@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, seed=st.integers(0, 2**32))
def test_any_order_doubling_and_splitting_gives_the_models_picture(
    valkey_settings: Settings, history: list[Event], seed: int
) -> None:
    """Shuffled, doubled and split at random, a history ends in the picture that the model makes of it."""
    store = connect(valkey_settings)
    store.flushall()
    chance = random.Random(seed)
    delivered = history + chance.choices(history, k=len(history) // 2)
    chance.shuffle(delivered)
    writer = PictureWriter(store, valkey_settings, clock=NOON.timestamp)
    while delivered:
        size = chance.randint(1, 5)
        writer.apply(delivered[:size])
        delivered = delivered[size:]
    expected = PurePicture(history).entities()
    assert stored_picture(store) == expected
    assert followed_picture(store) == expected
    store.close()


def test_an_event_that_changes_nothing_appends_nothing(store: Store, settings: Settings) -> None:
    """A doubled or older event leaves the stream as it was, and is counted as stale."""
    writer = PictureWriter(store, settings)
    assert writer.apply([make_event()]).effective == 1
    older = make_event(occurred_at=NOON - timedelta(seconds=1), data={"status": "busy"})
    applied = writer.apply([make_event(), older])
    assert (applied.effective, applied.stale) == (0, 2)
    assert len(changes(store)) == 1


def test_what_is_said_again_is_not_told_again(store: Store, settings: Settings) -> None:
    """A newer report of the same values moves their versions but appends nothing; an older one then has no say."""
    writer = PictureWriter(store, settings)
    again = make_event(occurred_at=NOON + timedelta(seconds=5))
    between = make_event(occurred_at=NOON + timedelta(seconds=3), data={"status": "busy"})
    assert [writer.apply([event]).effective for event in (make_event(), again, between)] == [1, 0, 0]


def test_two_agencies_with_one_id_stay_two_entities(store: Store, settings: Settings) -> None:
    """The second agency's entity is named with its agency; neither's fields mix with the other's."""
    writer = PictureWriter(store, settings)
    writer.apply([make_event(data={"callsign": "ours"}), make_event(agency="BART", data={"callsign": "theirs"})])
    assert stored_picture(store) == {"unit": {"3D12": {"callsign": "ours"}, "BART/3D12": {"callsign": "theirs"}}}
    assert followed_picture(store) == stored_picture(store)
    writer.apply([make_event(agency="BART", occurred_at=NOON + timedelta(seconds=1), data=None)])
    assert stored_picture(store) == {"unit": {"3D12": {"callsign": "ours"}}}


def test_a_closed_incident_leaves_in_time_and_late_events_do_not_revive_it(store: Store, settings: Settings) -> None:
    """After its term a closed incident goes; what occurred before its closing arrives in vain; news opens it anew."""
    writer = PictureWriter(store, settings)
    writer.apply([make_event("incident", "I-1", data={"status": "closed"})])
    term = settings.incident_leaves_after_s
    assert retire(store, settings, clock=lambda: NOON.timestamp() + term - 1) == (0, 0)
    assert retire(store, settings, clock=lambda: NOON.timestamp() + term + 1) == (1, 0)
    late = make_event("incident", "I-1", occurred_at=NOON - timedelta(seconds=9), data={"address": "late"})
    writer.apply([late])
    assert stored_picture(store) == followed_picture(store) == {}
    reopened = make_event("incident", "I-1", occurred_at=NOON + timedelta(seconds=9), data={"status": "pending"})
    writer.apply([reopened])
    assert stored_picture(store) == followed_picture(store) == {"incident": {"I-1": {"status": "pending"}}}


def test_a_reopened_incident_does_not_leave(store: Store, settings: Settings) -> None:
    """An incident that is opened again before its term stays."""
    writer = PictureWriter(store, settings)
    writer.apply([make_event("incident", "I-1", data={"status": "closed"})])
    writer.apply(
        [make_event("incident", "I-1", occurred_at=NOON + timedelta(seconds=1), data={"status": "dispatched"})]
    )
    assert retire(store, settings, clock=lambda: NOON.timestamp() + 10**6) == (0, 0)


def test_detections_leave_and_tombstones_are_forgotten(store: Store, settings: Settings) -> None:
    """A detection leaves after its term, and its tombstone after its own: nothing of it stays in the store."""
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    writer.apply([make_event("detection", "S-1", data={"detection_type": "gunshot", "rounds": 3})])
    later = NOON.timestamp() + settings.detection_leaves_after_s + 1
    assert retire(store, settings, clock=lambda: later) == (1, 0)
    assert retire(store, settings, clock=lambda: later + settings.tombstone_kept_s + 1) == (0, 1)
    assert not store.exists(keys.entity("detection", "S-1"))


def test_an_event_the_script_cannot_take_dies_alone(store: Store, settings: Settings) -> None:
    """Where the store refuses one entity, the others of the batch are applied and it becomes a dead letter."""
    store.set(keys.entity("unit", "odd"), "a key of another type")
    writer = PictureWriter(store, settings)
    applied = writer.apply([make_event(id_="A"), make_event(id_="odd"), make_event(id_="B")])
    assert applied.refused == 1
    assert set(stored_picture(store)["unit"]) == {"A", "B"}
    (letter,) = DeadLetters(store).all()
    assert letter.source == "avl"
    assert "refused" in letter.reason
    assert b"odd" in letter.raw


def test_the_stream_stays_bounded(store: Store, settings: Settings) -> None:
    """The stream keeps about as many changes as the setting says, whatever arrives."""
    few = settings.model_copy(update={"stream_length": 1000, "journal": "off"})
    writer = PictureWriter(store, few)
    for second in range(12):
        at = NOON + timedelta(seconds=second)
        writer.apply([make_event(id_=f"U{n}", occurred_at=at, data={"callsign": f"{second}-{n}"}) for n in range(500)])
    assert 1000 <= len(changes(store)) <= 1500
    assert store.xlen(keys.CHANGES) == store.llen(keys.CHANGE_MARKS)
