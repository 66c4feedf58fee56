"""Operators' answers in a real store: any order, doubling and splitting, and the first to acknowledge stands."""

from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rtcc.model.commands import note
from rtcc.model.event import iso
from rtcc.picture.retention import retire
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import connect
from tests.alarm_histories import ALARM, FIRST, SECOND, Answer, Life, cleared, lives, raised
from tests.factories import NOON
from tests.integration.test_picture_converges import changes, followed_picture, stored_picture
from tests.pure_picture import PurePicture


@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=lives, seed=st.integers(0, 2**32))
def test_the_first_answer_stands_in_the_store_too(valkey_settings: Settings, life: Life, seed: int) -> None:
    """In batches of any size and order, the store and its stream end in the model's picture: the first answer's."""
    store = connect(valkey_settings)
    store.flushall()
    chance = random.Random(seed)
    delivered = life.events() + chance.choices(life.events(), k=3)
    chance.shuffle(delivered)
    writer = PictureWriter(store, valkey_settings, clock=NOON.timestamp)
    while delivered:
        size = chance.randint(1, 4)
        writer.apply(delivered[:size])
        delivered = delivered[size:]
    picture = stored_picture(store)
    assert picture == followed_picture(store) == PurePicture(life.events()).entities()
    first = life.first_answer()
    assert picture["alarm"][ALARM].get("acknowledged_by") == (first.by if first else None)
    assert picture["alarm"][ALARM].get("acknowledged_at") == (iso(first.at) if first else None)
    store.close()


def test_an_answer_that_comes_second_is_told_to_nobody(store: Store, settings: Settings) -> None:
    """A later answer, and one to an earlier raise, append nothing to the stream."""
    writer = PictureWriter(store, settings)
    first, second = (Answer(SECOND, by, SECOND + timedelta(seconds=s)) for s, by in enumerate(("Ann Roe", "Bo Díaz")))
    writer.apply([raised(SECOND), first.event()])
    before = len(changes(store))
    applied = writer.apply([second.event(), Answer(FIRST, "Cy Young", FIRST).event()])
    assert (applied.effective, applied.stale) == (0, 2)
    assert len(changes(store)) == before


def test_a_late_answer_does_not_bring_an_alarm_back(store: Store, settings: Settings) -> None:
    """Cleared and gone from the picture, an alarm stays gone until it is raised anew."""
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    writer.apply([raised(FIRST), cleared(FIRST + timedelta(seconds=9))])
    assert retire(store, settings, clock=lambda: NOON.timestamp() + settings.alarm_leaves_after_s + 60) == (1, 0)
    writer.apply([Answer(FIRST, "Ann Roe", FIRST + timedelta(seconds=5)).event()])
    assert stored_picture(store) == {}


def test_notes_leave_after_their_term(store: Store, settings: Settings) -> None:
    """A note goes by its age alone, as a detection does."""
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    writer.apply([note([{"kind": "alarm", "id": ALARM}], "Seen.", "Ann Roe", NOON)])
    term = settings.note_leaves_after_s
    assert retire(store, settings, clock=lambda: NOON.timestamp() + term - 1) == (0, 0)
    assert retire(store, settings, clock=lambda: NOON.timestamp() + term + 1) == (1, 0)


def test_an_alarm_stays_as_long_as_its_shelf(store: Store, settings: Settings) -> None:
    """One that cleared while it was shelved for a day leaves when the day is over, and not sooner."""
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    until = NOON + timedelta(days=1)
    clear = cleared(FIRST + timedelta(seconds=9))
    writer.apply([raised(FIRST), clear._replace(data=clear.data | {"shelved_until": iso(until)})])
    assert retire(store, settings, clock=until.timestamp) == (0, 0)
    assert retire(store, settings, clock=lambda: until.timestamp() + 2) == (1, 0)
