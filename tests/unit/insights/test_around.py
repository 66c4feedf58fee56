"""What was seen and said around an incident: by distance and by time, as far as an audience may know of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rtcc.insights.address_history import NoPlaceError
from rtcc.insights.around import around
from rtcc.insights.ever_covert import EverCovert
from rtcc.insights.record import Record
from rtcc.picture.changes import Change
from tests.unit.insights.told_lives import FAR_AWAY, HERE, NEXT_DOOR, at, change, entered, incident, recorded

MINUTE = 60


def near(record: Record, audience: Any = "admin", id_: str = "I-1", **over: float) -> list[tuple[str, str, float]]:
    """Return kind, id and distance of all that was around, the latest first."""
    told = around(record, EverCovert(), id_, audience, **over)
    assert told is not None
    return [(one["kind"], one["id"], one["distance_m"]) for one in told["found"]]


def shot(seconds: float, id_: str, **fields: Any) -> Change:
    """Return a detection next door."""
    said = {"detection_type": "gunshot", "rounds": 3, "plate": "7ABC123", **NEXT_DOOR}
    return change(seconds, "detection", id_, said | fields, source="acoustic")


def raised(seconds: float, id_: str, *about: tuple[str, str], **fields: Any) -> Change:
    """Return an alarm."""
    said = {
        "title": id_,
        "state": "active",
        "raised_at": at(seconds),
        "about": [{"kind": k, "id": i} for k, i in about],
    }
    return change(seconds, "alarm", id_, said | fields, source="rtcc-alarms")


def test_detections_within_the_radius_and_the_time(tmp_path: Path):
    """From half an hour before it began until half an hour after it was cleared; wherever they stand."""
    life = [
        shot(-31 * MINUTE, "early"),
        shot(-29 * MINUTE, "before"),
        entered(0),
        shot(5, "far", **FAR_AWAY),
        shot(MINUTE, "here", **HERE),
        incident(10 * MINUTE, status="cleared", cleared_at=at(10 * MINUTE)),
        shot(39 * MINUTE, "after"),
        shot(41 * MINUTE, "late"),
    ]
    expected = [("detection", "after", 40.1), ("detection", "here", 0.0), ("detection", "before", 40.1)]
    for number, cut in enumerate((0, 3, 8)):
        assert near(recorded(tmp_path / str(number), [life[:cut]], life[cut:])) == expected
    record = recorded(tmp_path / "all", [life])
    assert near(record, minutes=1, radius_m=10) == [("detection", "here", 0.0)]
    assert len(near(record, radius_m=2_000)) == 4


def test_alarms_are_as_far_as_what_they_are_about(tmp_path: Path):
    """The incident itself, another one from long before, a detection, a camera, a unit where it was then."""
    life = [
        change(-9 * 3_600, "camera", "CAM", {"name": "Cam", **NEXT_DOOR}),
        entered(-8 * 3_600, "I-0", **NEXT_DOOR),
        entered(0),
        shot(5, "D"),
        change(8, "unit", "3D12", {**NEXT_DOOR, "fix_at": at(8)}, source="avl"),
        change(9, "unit", "3D13", {**FAR_AWAY, "fix_at": at(9)}, source="avl"),
        raised(10, "own", ("incident", "I-1")),
        raised(11, "other", ("incident", "I-0")),
        raised(12, "shots", ("detection", "D")),
        raised(13, "camera", ("camera", "CAM")),
        raised(14, "unit", ("unit", "3D12")),
        raised(15, "elsewhere", ("unit", "3D13")),
        raised(16, "nowhere", ("call", "C-1")),
    ]
    told = near(recorded(tmp_path, [life[:4], life[4:8]], life[8:]))
    assert [one for one in told if one[0] == "alarm"] == [
        ("alarm", "unit", 40.1),
        ("alarm", "camera", 40.1),
        ("alarm", "shots", 40.1),
        ("alarm", "other", 40.1),
        ("alarm", "own", 0.0),
    ]


def test_nobody_learns_of_what_is_hidden_by_what_is_around_it(tmp_path: Path):
    """Plates, covert units' alarms, alarms about a sensitive incident; and a hidden place cannot be asked about."""
    life = [
        entered(0),
        entered(1, "SECRET", sensitive=True),
        incident(2, "SECRET", sensitive=False),
        shot(5, "D"),
        raised(10, "secret", ("incident", "SECRET")),
        raised(11, "covert", ("incident", "I-1"), covert=True),
        change(20, "alarm", "covert", {"covert": False}),
    ]
    record = recorded(tmp_path, [life])
    assert {one[1] for one in near(record)} == {"D", "secret", "covert"}
    assert {one[1] for one in near(record, "wall")} == {"D"}
    assert near(record, "public") == []
    told = [around(record, EverCovert(), "I-1", audience) for audience in ("officer", "wall")]
    assert ["7ABC123" in str(one) for one in told] == [True, False]
    with pytest.raises(NoPlaceError):
        near(record, "wall", "SECRET")
    assert around(record, EverCovert(), "I-2", "admin") is None
