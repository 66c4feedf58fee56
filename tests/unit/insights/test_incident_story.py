"""One incident's story: every change of it and about it, its intervals, who came; and what is told to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rtcc.city.pack import Target
from rtcc.insights.ever_covert import EverCovert
from rtcc.insights.incident_story import incident_story
from rtcc.insights.record import Record
from tests.unit.insights.told_lives import FAR_AWAY, HERE, NEXT_DOOR, a_life, at, change, entered, incident, recorded

TARGETS = {2: Target(queue_s=180, response_s=720)}
RAISED = {"rule": "r", "severity": "high", "title": "Too long", "state": "active", "raised_at": at(50)}
ABOUT = [{"kind": "incident", "id": "I-1"}]


def story(record: Record, audience: Any = "admin", id_: str = "I-1") -> dict[str, Any]:
    """Return the story, which there is."""
    told = incident_story(record, EverCovert(), TARGETS, id_, audience)
    assert told is not None
    return told


def said(told: dict[str, Any], kind: str = "incident") -> list[tuple[str, dict[str, Any]]]:
    """Return when what became of the fields, in the order of the story."""
    return [
        (row["at"], {one["field"]: one["to"] for one in row["changed"]})
        for row in told["timeline"]
        if row["kind"] == kind
    ]


@pytest.mark.parametrize("cut", [0, 5, 18], ids=["all in the stream", "some in each", "all in the journal"])
def test_every_change_is_told_once_wherever_it_stands(tmp_path: Path, cut: int):
    """In the journal, in the stream or in both: the same rows with their source, what was before, and the end."""
    life = a_life()
    told = story(recorded(tmp_path, [life[:cut]], life[max(0, cut - 2) :]))
    rows = [row for row in told["timeline"] if row["kind"] == "incident"]
    assert [row["at"] for row in rows] == [at(second) for second in (0, 60, 75, 130, 180, 900, 960, 1_860)]
    assert rows[3]["changed"] == [{"field": "units", "from": ["3D12"], "to": ["3D12", "3D99"]}]
    assert {row["source"] for row in rows[:-1]} == {"cad"}
    assert (rows[-1]["source"], rows[-1]["left"], told["in_picture"]) == ("rtcc-retention", True, False)
    assert told["incident"]["disposition"] == "Arrest"


def test_what_occurred_first_is_told_first_and_says_when_it_was_received(tmp_path: Path):
    """A source that tells late does not put its word at the end; what repeats what was known is no row."""
    late = change(50, "incident", "I-1", {"beat": "B1"}, occurred_at=at(10))
    told = story(recorded(tmp_path, [[entered(0), incident(20, type="Fight"), incident(30, type="Brawl"), late]]))
    assert [when for when, _ in said(told)] == [at(0), at(10), at(30)]
    assert told["timeline"][1]["received_at"] == at(50)


def test_intervals_have_the_names_of_the_trade_and_the_targets_of_the_city(tmp_path: Path):
    """Answer and processing from the call that began it, the rest from the incident; owed is what its priority is."""
    intervals = {one["name"]: one for one in story(recorded(tmp_path, [a_life()]))["intervals"]}
    seconds = {name: one["seconds"] for name, one in intervals.items()}
    assert seconds == {
        "answer": 10,
        "processing": 20,
        "queue": 60,
        "turnout": 15,
        "travel": 105,
        "response": 180,
        "on-scene": 720,
        "total": 930,
    }
    owed = {name: one["target_s"] for name, one in intervals.items() if one["target_s"]}
    assert owed == {"answer": 15, "queue": 180, "response": 720}


def test_an_interval_that_runs_has_no_seconds_and_what_was_skipped_is_none(tmp_path: Path):
    """A queue that goes on has a beginning; statuses without moments count; who was found by officers never waited."""
    running = {one["name"]: one for one in story(recorded(tmp_path / "a", [[entered(0)]]))["intervals"]}
    assert (running["queue"]["from"], running["queue"]["to"], running["queue"]["seconds"]) == (at(0), None, None)
    assert set(running) == {"queue", "response", "total"}
    statuses = [
        entered(0),
        incident(40, status="dispatched"),
        incident(100, status="on_scene"),
        incident(160, status="closed"),
    ]
    told = story(recorded(tmp_path / "b", [statuses]))["intervals"]
    assert {one["name"]: one["seconds"] for one in told} == {"queue": 40, "response": 100, "on-scene": 60, "total": 160}
    found = [entered(0, onview=True, status="on_scene", on_scene_at=at(0), dispatched_at=at(0))]
    assert [one["name"] for one in story(recorded(tmp_path / "c", [found]))["intervals"]] == ["on-scene", "total"]


def test_units_tell_when_they_came_and_by_which_way(tmp_path: Path):
    """By their own statuses and the incident's word; the way begins where they stood and ends when they are free."""
    before = change(10, "unit", "3D12", {**HERE, "fix_at": at(10)}, source="avl")
    after = change(1_000, "unit", "3D12", {**HERE, "fix_at": at(1_000)}, source="avl")
    life = sorted([*a_life(), before, after], key=lambda one: one.position)
    first, second = story(recorded(tmp_path, [life[:9], life[9:]]))["units"]
    assert first["way"] == [HERE | {"at": at(10)}, FAR_AWAY | {"at": at(70)}, NEXT_DOOR | {"at": at(119)}]
    del first["way"]
    assert first == {
        "id": "3D12",
        "callsign": "3D12",
        "unit_type": None,
        "assigned_at": at(60),
        "enroute_at": at(75),
        "on_scene_at": at(180),
        "cleared_at": at(900),
    }
    assert (second["id"], second["assigned_at"], second["way"]) == ("3D99", at(130), [])


def test_a_long_way_is_thinned_and_keeps_its_ends(tmp_path: Path):
    """At most two hundred points, the first and the last fix among them."""
    fixes = [change(61 + n, "unit", "3D12", {"lat": 37 + n / 1e4, "lon": -122.0}, source="avl") for n in range(500)]
    life = sorted([*a_life(), *fixes], key=lambda one: one.position)
    way = story(recorded(tmp_path, [life]))["units"][0]["way"]
    assert len(way) == 200
    assert (way[0]["lat"], way[-1]["lat"]) == (37.0, 37 + 499 / 1e4)


def test_units_that_only_say_it_themselves_are_told_too(tmp_path: Path):
    """Where the incident's source names no units, those that say that they are on it are its units."""
    life = [entered(0), change(30, "unit", "E1", {"incident_id": "I-1", "status": "enroute"})]
    (unit,) = story(recorded(tmp_path, [life]))["units"]
    assert (unit["id"], unit["assigned_at"], unit["enroute_at"], unit["cleared_at"]) == ("E1", at(30), at(30), None)


def test_notes_and_alarms_about_it_are_part_of_it(tmp_path: Path):
    """Raised, answered, cleared: in the order of what occurred; an answer bears its raise's instant and came later."""
    life = [
        entered(0),
        change(50, "alarm", "a:I-1", RAISED | {"about": ABOUT}, source="rtcc-alarms"),
        change(55, "note", "n1", {"about": ABOUT, "text": "Dog in yard", "written_by": "Roe"}, source="rtcc-operators"),
        change(58, "note", "n2", {"about": [{"kind": "incident", "id": "I-2"}], "text": "Other"}),
        change(60, "alarm", "a:I-1", {"state": "acknowledged", "acknowledged_at": at(60)}, occurred_at=at(50)),
        change(90, "alarm", "a:I-1", {"state": "cleared"}, source="rtcc-alarms"),
        change(99, "alarm", "a:I-2", RAISED | {"about": [{"kind": "incident", "id": "I-2"}]}),
    ]
    for folder, parts, fresh in ((tmp_path / "a", [life], ()), (tmp_path / "b", [life[:2]], life[2:])):
        told = story(recorded(folder, parts, fresh))
        assert [(when, fields["state"]) for when, fields in said(told, "alarm")] == [
            (at(50), "active"),
            (at(60), "acknowledged"),
            (at(90), "cleared"),
        ]
        assert [fields["text"] for _, fields in said(told, "note")] == ["Dog in yard"]


def test_an_alarm_of_a_unit_belongs_to_the_incident_it_was_on(tmp_path: Path):
    """When the same alarm is raised again about another incident that is the other's story."""
    unit = {"kind": "unit", "id": "3D12"}
    life = [
        entered(0),
        change(50, "alarm", "e:3D12", RAISED | {"about": [unit, *ABOUT]}),
        change(60, "alarm", "e:3D12", {"state": "cleared"}),
        change(70, "alarm", "e:3D12", RAISED | {"about": [unit, {"kind": "incident", "id": "I-2"}]}),
        change(80, "alarm", "e:3D12", {"severity": "critical"}),
    ]
    assert [when for when, _ in said(story(recorded(tmp_path, [life])), "alarm")] == [at(50), at(60)]


def test_what_an_audience_may_not_see_is_in_no_part_of_the_story(tmp_path: Path):
    """By the one table: narrative, caller, the text of notes, covert units and their alarms."""
    note = change(55, "note", "n1", {"about": ABOUT, "text": "Dog in yard"})
    alarm = change(140, "alarm", "e:3D99", RAISED | {"about": ABOUT, "covert": True, "title": "Emergency"})
    life = sorted([*a_life(), note, alarm], key=lambda one: one.position)
    record = recorded(tmp_path, [life])
    everything, wall, public = (story(record, audience) for audience in ("admin", "wall", "public"))
    assert "He has a knife" in str(everything)
    assert "Dog in yard" in str(everything)
    assert {unit["id"] for unit in everything["units"]} == {"3D12", "3D99"}
    for told in (wall, public):
        assert not any(word in str(told) for word in ("knife", "Dog", "555-0100", "n1", "e:3D99", "Emergency"))
    assert [unit["id"] for unit in wall["units"]] == ["3D12"]
    assert (public["units"], public["calls"]) == ([], [])
    assert {row["kind"] for row in public["timeline"]} == {"incident"}
    assert wall["calls"][0]["answered_at"] == at(-20)


@pytest.mark.parametrize("when", [1, 500, 2_000], ids=["at first", "later", "at last"])
def test_what_was_ever_sensitive_shows_no_place_to_whom_that_is_hidden(tmp_path: Path, when: int):
    """Not even for the time when it was not so marked; nor do the ways of its units lead there."""
    marks = [incident(when, sensitive=True), incident(when + 1, sensitive=False)]
    life = sorted([*a_life(), *marks], key=lambda one: one.position)
    record = recorded(tmp_path, [life])
    wall = story(record, "wall")
    assert "1 A St" in str(story(record, "dispatcher"))
    assert not any(word in str(wall) for word in ("1 A St", "37.76", "'lat'", "'address'"))
    assert wall["units"][0]["way"] == []


@pytest.mark.parametrize("when", [-3_600 * 30, 5_000], ids=["before", "after"])
def test_a_unit_that_was_ever_covert_is_told_to_nobody_who_may_not_know(tmp_path: Path, when: int):
    """Also where it was marked only long before or after this incident."""
    marked = change(when, "unit", "3D12", {"covert": True})
    life = sorted([*a_life(), marked], key=lambda one: one.position)
    record = recorded(tmp_path, [life[:1], life[1:]])
    assert story(record, "officer")["units"] == []
    assert len(story(record, "supervisor")["units"]) == 2


def test_what_is_not_on_record_has_no_story(tmp_path: Path):
    """And an expunged change is a row that says so."""
    record = recorded(tmp_path, [[entered(0), change(5, "incident", "I-9", {})]])
    assert incident_story(record, EverCovert(), {}, "I-2", "admin") is None
    (row,) = story(record, id_="I-9")["timeline"]
    assert (row["expunged"], row["changed"], row["left"]) == (True, [], False)
