"""What happened before at an address: the same place however it is written, the latest first, to those who may know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rtcc.insights import address_history as module
from rtcc.insights import segment_rows
from rtcc.insights.address_history import NoPlaceError, address_history
from rtcc.insights.address_words import normal
from rtcc.insights.incident_places import IncidentPlaces
from rtcc.insights.record import Record
from rtcc.picture.changes import Change
from tests.made_journal import merge_all, reading, write, writing
from tests.unit.insights.told_lives import FAR_AWAY, HERE, NEXT_DOOR, at, entered, incident, recorded

DAY = 86_400


def earlier(record: Record, id_: str = "NOW", audience: Any = "dispatcher") -> list[str]:
    """Return the ids of what was there before."""
    told = address_history(record, IncidentPlaces(), id_, audience)
    assert told is not None
    return [one["id"] for one in told["earlier"]]


@pytest.mark.parametrize(
    "other",
    ["1200 block of MISSION  St", "1200 Mission St", "1200 BLOCK MISSION ST.", "1200 Blk of Mission, St"],
)
def test_an_address_is_the_same_in_other_words(other: str):
    """Case, spaces, signs and "Block of" do not tell one address from another."""
    assert normal(other) == normal("1200 Block of Mission St")


def test_the_streets_of_a_crossing_have_no_order():
    """Written with a slash, an ampersand or a word; and other streets are other places."""
    assert normal("24th St / Mission St") == normal("MISSION ST & 24TH ST") == normal("Mission St and 24th St")
    assert normal("24th St near Mission St") != normal("24th St / Mission St")
    assert normal("1 Bank of America Plz") != normal("1 Bank America Plz")
    assert normal(" / ") == ""


@pytest.fixture(params=["kept in memory", "read in parts"])
def reads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to the rows of a segment."""
    if request.param == "read in parts":
        monkeypatch.setattr(segment_rows, "_SMALL", 0)


@pytest.mark.usefixtures("reads")
def test_earlier_incidents_at_the_address_or_next_door_the_latest_first(tmp_path: Path):
    """By its words or within sixty metres, over all segments and the stream; not what came later, nor itself."""
    parts = [
        [entered(0, "OLD", address="1 a st", lat=None, lon=None), entered(1, "FAR", address="9 Z St", **FAR_AWAY)],
        [
            entered(DAY, "DOOR", address="3 A St", **NEXT_DOOR),
            incident(DAY + 9, "OLD", disposition="Report", priority=1),
        ],
        [entered(3 * DAY, "NOW")],
    ]
    fresh = [entered(2 * DAY, "FRESH"), entered(4 * DAY, "LATER"), incident(4 * DAY, "DOOR", status="closed")]
    for change, second in zip(fresh, (3 * DAY + 1, 4 * DAY, 4 * DAY + 1), strict=True):
        change.position = entered(second).position
    record = recorded(tmp_path, parts, fresh)
    told = address_history(record, IncidentPlaces(), "NOW", "dispatcher")
    assert told is not None
    assert [one["id"] for one in told["earlier"]] == ["FRESH", "DOOR", "OLD"]
    assert told["earlier"][1:] == [
        {
            "id": "DOOR",
            "entered_at": at(DAY),
            "type": "Fight",
            "priority": 2,
            "disposition": None,
            "status": "closed",
            "address": "3 A St",
            "distance_m": 40.1,
        },
        {
            "id": "OLD",
            "entered_at": at(0),
            "type": "Fight",
            "priority": 1,
            "disposition": "Report",
            "status": "pending",
            "address": "1 a st",
            "distance_m": None,
        },
    ]


@pytest.mark.usefixtures("reads")
def test_the_last_word_on_where_it_was_counts(tmp_path: Path):
    """Who was said to be here first and then elsewhere was not here, and the other way round."""
    parts = [
        [entered(0, "GONE"), entered(1, "CAME", address="9 Z St", **FAR_AWAY)],
        [incident(60, "GONE", address="9 Z St", **FAR_AWAY), incident(60, "CAME", address="1 A St", **HERE)],
        [entered(90, "NOW")],
    ]
    assert earlier(recorded(tmp_path / "a", parts)) == ["CAME"]
    moved = [incident(99, "GONE", address="9 Z St", **FAR_AWAY), incident(99, "CAME", address="1 A St", **HERE)]
    assert earlier(recorded(tmp_path / "b", [parts[0], parts[2]], moved)) == ["CAME"]


def test_only_the_latest_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """However many there were; and those that begin later are found wherever they stand."""
    monkeypatch.setattr(module, "MOST", 3)
    parts = [[entered(100 * part + n, f"I-{part}-{n}") for n in range(4)] for part in range(5)]
    record = recorded(tmp_path, [*parts, [entered(5_000, "NOW")]])
    assert earlier(record) == ["I-4-3", "I-4-2", "I-4-1"]


def test_what_was_read_is_brought_up_to_date(tmp_path: Path):
    """New segments are read at the next question, merged ones stand for those that they were made of."""
    places = IncidentPlaces()

    def ids() -> list[str]:
        told = address_history(Record(reading(tmp_path)), places, "NOW", "dispatcher")
        assert told is not None
        return [one["id"] for one in told["earlier"]]

    writer = writing(tmp_path)
    write(writer, entered(0, "A"), entered(50, "NOW"))
    assert ids() == ["A"]
    write(writer, entered(60, "B", entered_at=at(20)))
    assert ids() == ["B", "A"]
    merge_all(writer)
    assert ids() == ["B", "A"]
    assert len(places._read) == 1


def test_what_was_ever_sensitive_is_told_to_nobody_whom_its_place_is_hidden_from(tmp_path: Path):
    """Neither as what was here before, nor by what was before at its own place."""
    life: list[Change] = [entered(0, "A"), entered(1, "B", sensitive=True), incident(2, "B", sensitive=False)]
    record = recorded(tmp_path, [life, [entered(90, "NOW"), entered(91, "SECRET", sensitive=True)]])
    assert earlier(record) == ["B", "A"]
    assert earlier(record, audience="wall") == ["A"]
    with pytest.raises(NoPlaceError):
        earlier(record, "SECRET", "wall")
    assert earlier(record, "SECRET") == ["NOW", "B", "A"]


def test_without_a_place_or_an_incident_there_is_nothing_to_ask(tmp_path: Path):
    """The two are told apart."""
    record = recorded(tmp_path, [[incident(0, "NOW", status="pending")]])
    with pytest.raises(NoPlaceError):
        earlier(record)
    assert address_history(record, IncidentPlaces(), "I-2", "admin") is None
