"""The timeline of an incident: what belongs together is told together, and what matters first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rtcc.model.event import iso
from rtcc.web.city_time import CityTime
from rtcc.web.components.incident_timeline import timeline
from rtcc.web.incident_moments import moments_of

NOON = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
PACIFIC = CityTime(ZoneInfo("America/Los_Angeles"))


def row(after_s: float, late_s: float = 0, **over: Any) -> dict[str, Any]:
    """Return a change as the story tells it; ``changed`` are (field, from, to)."""
    at = NOON + timedelta(seconds=after_s)
    told = {"source": "cad", "kind": "incident", "id": "I-1", "changed": [], "left": False, "expunged": False} | over
    changed = [{"field": name, "from": before, "to": after} for name, before, after in told["changed"]]
    return told | {"at": iso(at), "received_at": iso(at + timedelta(seconds=late_s)), "changed": changed}


def text_of(component: Any) -> str:
    """Return all words of a part of the page."""
    if isinstance(component, (list, tuple)):
        return " ".join(text_of(one) for one in component)
    return str(component) if isinstance(component, str) else text_of(getattr(component, "children", None) or "")


def test_small_changes_of_one_moment_and_source_are_one() -> None:
    """What a source says within two seconds folds together; another source, another thing or a new status does not."""
    moments = moments_of(
        [
            row(0, changed=[("status", None, "pending"), ("type", None, "FIGHT")]),
            row(1, changed=[("beat", None, "M1")]),
            row(1.5, source="city", changed=[("district", None, "Mill")]),
            row(1.6, source="city", changed=[("status", "pending", "dispatched")]),
            row(1.7, source="city", changed=[("status", "dispatched", "enroute")]),
            row(30, changed=[("beat", "M1", "M2")]),
        ]
    )
    assert [(one.source, sorted(one.changed)) for one in moments] == [
        ("cad", ["beat", "status", "type"]),
        ("city", ["district", "status"]),
        ("city", ["status"]),
        ("cad", ["beat"]),
    ]


def test_a_field_that_changes_twice_in_a_moment_says_from_where_it_came_first() -> None:
    """From the first to the last value, without the one between."""
    (moment,) = moments_of([row(0, changed=[("beat", "M1", "M2")]), row(1, changed=[("beat", "M2", "R1")])])
    assert (moment.changed["beat"].before, moment.changed["beat"].after) == ("M1", "R1")


def test_what_matters_is_shown_and_the_rest_is_folded() -> None:
    """Status, priority, type and address first; latitude and longitude are one position, among what is folded."""
    changed = [
        ("lat", None, 41.6),
        ("lon", None, -99.6),
        ("entered_at", None, iso(NOON)),
        ("address", None, "1 Main St"),
    ]
    changed += [("type", None, "FIGHT"), ("priority", None, 2), ("status", None, "pending"), ("type_code", None, "F")]
    shown, folded = moments_of([row(0, changed=changed)])[0].parts()
    assert [one.field for one in shown] == ["status", "priority", "type", "address"]
    assert {one.field: one.after for one in folded} == {
        "position": "41.60000, -99.60000",
        "type_code": "F",
        "entered_at": iso(NOON),
    }


def test_the_timeline_says_who_when_and_how_late() -> None:
    """Times are the city's; from and to are shown; what came late says by how much, and what came at once does not."""
    rows = [
        row(0, changed=[("status", None, "pending"), ("type", None, "FIGHT IN PROGRESS")]),
        row(60, late_s=42, changed=[("status", "pending", "on_scene"), ("units", [], ["3D12", "3D13"])]),
    ]
    first, second = (text_of(item) for item in timeline(moments_of(rows), PACIFIC).children[1:])
    assert "12:00:00" in first
    assert "Fight in progress" in first
    assert "late" not in first
    assert "Pending → On scene" in second
    assert "3D12, 3D13" in second
    assert "→ 3D12" not in second
    assert "came 42 s late" in second


def test_notes_and_alarms_are_told_in_their_own_words() -> None:
    """A note has its writer and text; an alarm its title each time, and who answered it; what was removed says so."""
    alarm = {"kind": "alarm", "id": "a:1", "source": "rtcc-alarms"}
    rows = [
        row(0, kind="note", id="n", changed=[("text", None, "Two dogs."), ("written_by", None, "Ann Roe")]),
        row(
            1,
            **alarm,
            changed=[("title", None, "Pending too long"), ("state", None, "active"), ("severity", None, "high")],
        ),
        row(9, **alarm, changed=[("state", "active", "acknowledged"), ("acknowledged_by", None, "Ben Ode")]),
        row(20, kind="note", id="m", expunged=True),
        row(40, left=True, changed=[]),
    ]
    day, *told = (text_of(item) for item in timeline(moments_of(rows), PACIFIC).children)
    assert day == "Sun 22 Nov 2026"
    assert "Note by Ann Roe Two dogs." in told[0]
    assert "Alarm high Pending too long" in told[1]
    assert "Alarm acknowledged by Ben Ode Pending too long" in told[2]
    assert "removed from the record" in told[3]
    assert "Left the live picture" in told[4]
