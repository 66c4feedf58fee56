"""Notices and vouched-for units in a real store: when they leave the picture, and when they do not."""

from __future__ import annotations

from datetime import datetime, timedelta

from rtcc.model.event import Event, iso
from rtcc.picture.retention import retire
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.commands import Store
from tests.factories import NOON, make_event
from tests.stored_picture import stored_picture


def notice(id_: str, minutes: int = 0, **data: object) -> Event:
    """Return what an alert that was sent then says."""
    return make_event("notice", id_, occurred_at=NOON + timedelta(minutes=minutes), data=data)


def fix(minutes: int, good_for: int = 2, **data: object) -> Event:
    """Return a fix that its source vouches for so many minutes."""
    at = NOON + timedelta(minutes=minutes)
    said = {"lat": 37.7, "lon": -122.4, "fix_at": iso(at), "stale_at": iso(at + timedelta(minutes=good_for))}
    return make_event("unit", "TAK-1", source="tak", occurred_at=at, data=said | data)


def gone(store: Store, settings: Settings, at: datetime) -> int:
    """Let all that is due then leave; return how many did."""
    return retire(store, settings, clock=at.timestamp)[0]


def test_a_notice_leaves_when_it_expires(store: Store, settings: Settings) -> None:
    """To the second, whoever still repeats it."""
    until = NOON + timedelta(hours=1)
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    writer.apply([notice("A", state="active", event="Flood", expires_at=iso(until))])
    assert gone(store, settings, until - timedelta(seconds=1)) == 0
    assert gone(store, settings, until + timedelta(seconds=1)) == 1
    writer.apply([notice("A", state="active", event="Flood", expires_at=iso(until))])
    assert stored_picture(store) == {}


def test_an_ended_notice_leaves_a_while_after_and_a_late_alert_changes_nothing(
    store: Store, settings: Settings
) -> None:
    """The cancellation came first, and what it cancels after it."""
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    writer.apply([notice("A", 5, state="ended", ended_at=iso(NOON + timedelta(minutes=5)))])
    writer.apply([notice("A", 0, state="active", event="Flood", expires_at=iso(NOON + timedelta(hours=9)))])
    assert stored_picture(store)["notice"]["A"]["state"] == "ended"
    term = timedelta(minutes=5, seconds=settings.notice_leaves_after_s)
    assert gone(store, settings, NOON + term - timedelta(seconds=1)) == 0
    assert gone(store, settings, NOON + term + timedelta(seconds=1)) == 1


def test_a_unit_that_nobody_vouches_for_leaves(store: Store, settings: Settings) -> None:
    """A while after its last fix has grown stale, and each fix puts that off, whatever fields it has."""
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    writer.apply([fix(0), fix(4, speed_mps=3.0), fix(3)])
    last = NOON + timedelta(minutes=6, seconds=settings.unit_leaves_after_s)
    assert gone(store, settings, last - timedelta(seconds=1)) == 0
    assert gone(store, settings, last + timedelta(seconds=1)) == 1
    assert stored_picture(store) == {}


def test_a_unit_with_a_status_stays(store: Store, settings: Settings) -> None:
    """Its telephone is silent, and the CAD knows it is on scene: it must not vanish."""
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    writer.apply([make_event("unit", "TAK-1", occurred_at=NOON, data={"status": "on_scene"}), fix(1)])
    assert gone(store, settings, NOON + timedelta(days=1)) == 0
    assert stored_picture(store)["unit"]["TAK-1"]["status"] == "on_scene"
