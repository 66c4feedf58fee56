"""What those who resume are told of entities that changed their marks, left, or left and came back meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from rtcc.access.visibility import MARK_NAMES, Audience
from rtcc.picture.changes import Change
from rtcc.picture.replica import Replica
from rtcc.picture.snapshot import StoredEntity
from rtcc.web.frames import departures, whole_changes

Told = list[tuple[str, dict[str, Any] | None]]
PLAIN, COVERT, LEFT = {"status": "busy"}, {"covert": True}, None


def change(position: int, fields: dict[str, Any] | None, kind: str = "unit", id_: str = "3D12") -> Change:
    """Return a change at a position of the stream."""
    return Change(position, kind, id_, "SFPD", "avl", dict(fields) if fields else fields, "", "")


def told(replica: Replica, audience: Audience, since: int) -> Told:
    """Return what a listener that has seen the stream up to ``since`` is told when it comes back."""
    changes = departures(replica.departed_since(since), audience, since)
    changes += whole_changes(replica.changed_since(since), audience, since)
    return [(c["id"], c["fields"]) for c in changes]


def live(*history: dict[str, Any] | None) -> Replica:
    """Return a replica that has followed a unit's history, the first at position 1."""
    replica = Replica(MARK_NAMES)
    for position, fields in enumerate(history, start=1):
        replica.apply(change(position, fields))
    return replica


def restarted(*history: dict[str, Any] | None) -> Replica:
    """Return a replica that was loaded from the store at the end of the same history."""
    before = live(*history)
    stored = [StoredEntity(e.kind, e.id, "SFPD", dict(e.fields), e.position) for e in before.entities.values()]
    replica = Replica.of(stored, before.position, MARK_NAMES)
    replica.learn_past([change(position, fields) for position, fields in enumerate(history, start=1)])
    return replica


@pytest.mark.parametrize("made", [live, restarted])
@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ((PLAIN, COVERT), [("3D12", None)]),
        ((PLAIN, COVERT, LEFT), [("3D12", None)]),
        ((PLAIN, LEFT), [("3D12", None)]),
        ((PLAIN, LEFT, COVERT), [("3D12", None)]),
        ((PLAIN, LEFT, {"callsign": "B"}), [("3D12", None), ("3D12", {"callsign": "B"})]),
    ],
    ids=["covert", "covert, left", "left", "left, back covert", "left, back plain"],
)
def test_the_wall_lets_go_of_what_it_knew(made: Any, history: Any, expected: Told) -> None:
    """A wall that last saw the unit plain holds nothing of it any more that it should not."""
    assert told(made(*history), "wall", 1) == expected


def test_a_covert_unit_that_was_always_covert_is_never_named() -> None:
    """Its coming, changing and leaving reach no wall, not even as an id that leaves."""
    assert told(live(COVERT, PLAIN), "wall", 0) == []
    assert told(live(COVERT, PLAIN, LEFT), "wall", 1) == []


def test_a_kind_that_an_audience_never_receives_is_never_named() -> None:
    """The public is not told that a unit left, changed its marks or came back."""
    for history in ((PLAIN, COVERT), (PLAIN, COVERT, LEFT), (PLAIN, LEFT, PLAIN)):
        assert told(live(*history), "public", 1) == []


def test_a_sensitive_incidents_place_is_cleared_where_it_was_known() -> None:
    """Marked while the wall was away, the incident comes back to it with its place cleared."""
    replica = Replica(MARK_NAMES)
    replica.apply(change(1, {"address": "1 A St", "lat": 1.0, "lon": 2.0, "priority": 1}, "incident", "I-1"))
    replica.apply(change(2, {"sensitive": True}, "incident", "I-1"))
    ((_, fields),) = told(replica, "wall", 1)
    assert fields == {"address": None, "lat": None, "lon": None, "priority": 1, "sensitive": True}
    ((_, whole),) = told(replica, "dispatcher", 1)
    assert whole == {"address": "1 A St", "lat": 1.0, "lon": 2.0, "priority": 1, "sensitive": True}


def test_more_departures_than_are_remembered_move_the_horizon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who resumes from before a forgotten departure is behind the horizon, and so starts afresh."""
    monkeypatch.setattr("rtcc.picture.replica._DEPARTURES", 2)
    replica = Replica(MARK_NAMES)
    for number in range(3):
        replica.apply(change(2 * number + 1, PLAIN, id_=f"U{number}"))
        replica.apply(change(2 * number + 2, LEFT, id_=f"U{number}"))
    assert replica.horizon == 2
    assert [gone.id for gone in replica.departed_since(0)] == ["U2", "U1"]


def test_a_restart_reaches_back_as_far_as_the_stream_it_read() -> None:
    """After a restart the horizon is the oldest entry that was read; with none it is where the picture was loaded."""
    replica = Replica.of([], 9, MARK_NAMES)
    assert replica.horizon == 9
    replica.learn_past([change(4, PLAIN), change(5, LEFT)])
    assert replica.horizon == 4
    assert [(gone.id, gone.position) for gone in replica.departed_since(4)] == [("3D12", 5)]


def test_an_entity_loaded_ahead_of_the_stream_is_not_set_back() -> None:
    """Changes that the loaded state holds already are no news; the next one is."""
    replica = Replica.of([StoredEntity("unit", "3D12", "SFPD", {"status": "busy"}, 7)], 5, MARK_NAMES)
    assert replica.apply(change(6, {"status": "available"})) is None
    assert replica.apply(change(8, {"status": "enroute"})) is not None
    assert replica.entities["unit", "3D12"].fields == {"status": "enroute"}
