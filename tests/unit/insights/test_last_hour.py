"""The last hour: arrivals, what waited, how long responses and answers took, by steps and as a whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rtcc.insights.hour_on_record import hour_on_record
from rtcc.insights.last_hour import percentile
from rtcc.insights.record import Record
from rtcc.picture.changes import Change
from rtcc.picture.replica import Entity, Replica
from rtcc.web.api.past import hour_of_picture
from tests.journal_of import write_picture
from tests.made_journal import reading, write, writing
from tests.unit.insights.told_lives import BEGIN, at, change, entered, incident, recorded

NOW = BEGIN + timedelta(hours=1)
M = 60


def told_of(folder: Path, life: list[Change], audience: Any = "wall") -> dict[str, Any]:
    """Return the hour that ends an hour after the beginning."""
    life = sorted(life, key=lambda one: one.position)
    half = len(life) // 2
    return hour_on_record(recorded(folder, [life[:half]], life[half:]), NOW, audience)


def of_picture(life: list[Change], audience: Any = "wall") -> dict[str, Any]:
    """Return the same of the live picture alone, at its end."""
    replica = Replica()
    for one in sorted(life, key=lambda one: one.position):
        replica.apply(Change(one.position, one.kind, one.id, "", "", dict(one.fields or {}), "", ""))
    return hour_of_picture(replica, audience, NOW)


def call(seconds: float, id_: str, waited: float) -> list[Change]:
    """Return a call that rang for so long before it was answered."""
    rang = change(seconds - waited, "call", id_, {"started_at": at(seconds - waited), "state": "ringing"})
    return [rang, change(seconds, "call", id_, {"answered_at": at(seconds), "state": "answered"})]


def pending(told: dict[str, Any]) -> list[int]:
    """Return how many waited at the end of each step."""
    return [step["pending"] for step in told["steps"]]


LIFE = [
    entered(-10 * M, "BEFORE", priority=1),
    entered(1 * M, "A", priority=1),
    incident(2 * M, "A", status="dispatched", dispatched_at=at(2 * M)),
    incident(6 * M, "A", status="on_scene", on_scene_at=at(6 * M)),
    entered(1 * M, "B", priority=3),
    incident(16 * M, "B", status="on_scene", on_scene_at=at(16 * M)),
    entered(30 * M, "C", priority=5),
    entered(31 * M, "FOUND", priority=4, onview=True, status="on_scene", on_scene_at=at(31 * M)),
    *call(2 * M, "C1", 5),
    *call(3 * M, "C2", 17),
    *call(50 * M, "C3", 40),
]


@pytest.mark.parametrize("hour", [told_of, None], ids=["on record", "of the picture"])
def test_the_steps_of_an_hour(tmp_path: Path, hour: Any):
    """From the record and from the picture alike, where nothing has left that; what officers found counts nowhere."""
    told = hour(tmp_path, LIFE) if hour else of_picture(LIFE)
    assert (told["from"], told["to"], len(told["steps"])) == (at(0), at(60 * M), 12)
    assert told["whole"] is (hour is not None)
    assert [step["arrivals"] for step in told["steps"][:2]] == [
        {"1": 1, "2": 0, "3": 1, "4+": 0},
        {"1": 0, "2": 0, "3": 0, "4+": 0},
    ]
    assert told["hour"]["arrivals"] == {"1": 1, "2": 0, "3": 1, "4+": 1}
    assert pending(told) == [2, 2, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2]
    assert told["hour"]["response"] == {
        "high": {"count": 1, "median_s": 300.0, "p90_s": 300.0},
        "all": {"count": 2, "median_s": 600.0, "p90_s": 840.0},
    }
    assert [step["response"]["all"]["count"] for step in told["steps"]][:4] == [0, 1, 0, 1]
    assert told["hour"]["answer"] == {"count": 3, "p90_s": 35.4, "within_15_s": 0.3333, "within_20_s": 0.6667}
    assert told["steps"][5]["answer"] == {"count": 0, "p90_s": None, "within_15_s": None, "within_20_s": None}


def test_what_left_the_picture_still_counts(tmp_path: Path):
    """Closed and let go, or withdrawn while it was pending; the live picture alone knows nothing of either."""
    life = [
        entered(1 * M, "A"),
        incident(12 * M, "A", status="cancelled"),
        change(28 * M, "incident", "A", None, source="rtcc-retention"),
        entered(2 * M, "W"),
        change(22 * M, "incident", "W", None),
    ]
    told = told_of(tmp_path, life)
    assert told["hour"]["arrivals"]["2"] == 2
    assert pending(told)[:6] == [2, 2, 1, 1, 0, 0]


def test_calls_are_told_to_whom_may_know_of_calls(tmp_path: Path):
    """The public hears of incidents only."""
    assert told_of(tmp_path, LIFE, "public")["hour"]["answer"] is None
    assert of_picture(LIFE, "public")["hour"]["answer"] is None


@pytest.mark.parametrize(("lost_until", "whole"), [(-7_200, True), (60, False)], ids=["long before", "within"])
def test_it_says_where_it_does_not_know_all(tmp_path: Path, lost_until: float, whole: bool):
    """A gap over its beginning; not one that was over before, and after which there was a whole picture."""
    writer = writing(tmp_path)
    write(writer, entered(-4 * 3_600, "A"), entered(-3 * 3_600, "B"))
    writer.note_gap(change(lost_until, "unit", "U", {}).position)
    write_picture(writer, change(lost_until + 1, "unit", "U", {}).position >> 20, entered(lost_until + 1, "P"))
    write(writer, entered(3_000, "C"))
    told = hour_on_record(Record(reading(tmp_path)), NOW, "wall")
    assert told["whole"] is whole
    assert told["hour"]["arrivals"]["2"] == 1


def test_a_percentile_lies_on_the_line_between_two_values():
    """The same as everywhere in statistics; of nothing there is none."""
    assert [percentile([1, 2, 3, 4], share) for share in (0, 0.5, 0.9, 1)] == [1, 2.5, 3.7, 4]
    assert percentile([], 0.5) is None


def test_the_picture_holds_entities_of_many_kinds():
    """Others are no calls and no incidents, and what nobody says the beginning of is not counted."""
    known = [Entity("unit", "U", {"status": "busy"}, 1), Entity("incident", "I", {"status": "pending"}, 1)]
    told = hour_of_picture(Replica(entities={(one.kind, one.id): one for one in known}), "wall", NOW)
    assert told["hour"]["arrivals"] == {"1": 0, "2": 0, "3": 0, "4+": 0}
