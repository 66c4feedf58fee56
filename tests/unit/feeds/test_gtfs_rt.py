"""GTFS-realtime: vehicles become units, alerts notices; what is gone from the whole list is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from google.transit import gtfs_realtime_pb2 as gtfs

from rtcc.feeds.formats.gtfs_rt import GtfsRtFormat
from rtcc.feeds.payload import NOT_OURS, Payload, Told
from tests.unit.feeds.payloads import NAMES, NOW, payload, reasons, said

GTFS = GtfsRtFormat.from_table(NAMES, {"unit_type": "bus"})


def read(shared_data: Path, name: str, at: datetime = NOW) -> Told:
    """Read a real feed message."""
    return GTFS.read(payload((shared_data / "gtfs_rt" / name).read_bytes(), at), {})


def message(*ids: str, at: datetime = NOW, text: str = "Detour", ends: int = 0) -> Payload:
    """Write a whole list of alerts."""
    feed = gtfs.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.timestamp = int(at.timestamp())
    for id_ in ids:
        entity = feed.entity.add(id=id_)
        entity.alert.header_text.translation.add(text=text, language="en")
        entity.alert.active_period.add(start=int(NOW.timestamp()) - 60, end=ends)
    return payload(feed.SerializeToString(), at)


def test_real_vehicles(shared_data: Path) -> None:
    """48 trains of Boston, three of them compared with the message."""
    told = read(shared_data, "vehiclepositions.pb")
    assert (told.rows, len(told.events), told.refused) == (48, 48, [])
    feed = gtfs.FeedMessage()
    feed.ParseFromString((shared_data / "gtfs_rt" / "vehiclepositions.pb").read_bytes())
    for entity, event in list(zip(feed.entity, told.events, strict=True))[:3]:
        at = datetime.fromtimestamp(entity.vehicle.timestamp, UTC)
        assert (event.kind, event.id, event.occurred_at) == ("unit", entity.vehicle.vehicle.id, at)
        assert event.data == {
            "callsign": entity.vehicle.vehicle.label,
            "unit_type": "bus",
            "lat": round(entity.vehicle.position.latitude, 6),
            "lon": round(entity.vehicle.position.longitude, 6),
            "heading_deg": entity.vehicle.position.bearing,
            "fix_at": at.isoformat().replace("+00:00", "Z"),
            "stale_at": (at + timedelta(minutes=5)).isoformat().replace("+00:00", "Z"),
        }


def test_real_alerts(shared_data: Path) -> None:
    """51 service alerts, each with its words and its routes."""
    told = read(shared_data, "alerts.pb", datetime(2017, 12, 23, 13, 1, tzinfo=UTC))
    assert (told.rows, len(told.events), told.refused) == (51, 51, [])
    first = said(told)["notice", "105025"]
    assert first is not None
    assert (first["headline"], first["event"], first["state"]) == ("elevator unavailable", "Other effect", "active")
    assert first["area"] == "stop 70026, stop 70027, stop 70205, stop 70206"


def test_trip_updates_are_counted_once(shared_data: Path) -> None:
    """They are none of ours, however many there are."""
    told = read(shared_data, "tripupdates.pb")
    assert told.events == []
    assert reasons(told) == [f"{NOT_OURS}: it is a trip update; vehicle positions and alerts are read."]


def test_what_stands_as_it_stood_is_not_told_again() -> None:
    """The second poll tells what changed, and ends what is gone from the list."""
    first = GTFS.read(message("1", "2", ends=int(NOW.timestamp()) + 9_000), {})
    memory = {key: mark for key, mark in first.remember.items() if mark}
    later = NOW + timedelta(minutes=1)
    second = GTFS.read(message("2", "3", at=later, ends=int(NOW.timestamp()) + 9_000), memory)
    assert second.unchanged == 1
    assert said(second)["notice", "1"] == {"state": "ended", "ended_at": "2026-11-20T12:01:00Z"}
    assert set(said(second)) == {("notice", "1"), ("notice", "3")}
    assert second.remember["alert/1"] is None


def test_an_alert_without_an_end_is_told_anew_each_day() -> None:
    """Otherwise its notice would expire while the alert still stands."""
    first = GTFS.read(message("1"), {})
    memory = {key: mark for key, mark in first.remember.items() if mark}
    assert GTFS.read(message("1", at=NOW + timedelta(hours=1)), memory).unchanged == 1
    tomorrow = GTFS.read(message("1", at=NOW + timedelta(hours=13)), memory)
    assert (said(tomorrow)["notice", "1"] or {})["expires_at"] == "2026-11-22T01:00:00Z"


def test_bytes_that_are_no_message() -> None:
    """One reason for all of it."""
    told = GTFS.read(payload(b"<html>"), {})
    assert (told.rows, reasons(told)) == (0, ["The payload is no GTFS-realtime feed message."])


def test_texts_that_are_no_utf_8(shared_data: Path) -> None:
    """The vehicle is told all the same, with a sign in the place of what is no letter."""
    broken = (shared_data / "gtfs_rt" / "vehiclepositions.pb").read_bytes().replace(b"3855-3691", b"3855\xff3691")
    told = GTFS.read(payload(broken), {})
    assert (len(told.events), told.refused) == (48, [])
    assert (said(told)["unit", "10068"] or {})["callsign"] == "3855\ufffd3691"


def test_a_vehicle_without_a_time_or_a_place() -> None:
    """Nobody can say when it was there, or where."""
    feed = gtfs.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.entity.add(id="a").vehicle.vehicle.id = "7"
    feed.header.timestamp = 0
    told = GTFS.read(payload(feed.SerializeToString()), {})
    assert reasons(told) == ["The vehicle has no id, or neither it nor the message says when this was so."]
    feed.header.timestamp = int(NOW.timestamp())
    told = GTFS.read(payload(feed.SerializeToString()), {})
    assert reasons(told) == [f"{NOT_OURS}: the vehicle has no position."]
