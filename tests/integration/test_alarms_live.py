"""The alarms in a whole RTCC, as real processes: raised in time, answered, and shown to whoever may see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rtcc.access.keys import OPERATE
from rtcc.alarms.rules.call_waiting import WaitingParameters
from rtcc.model.event import iso
from tests.operating import command
from tests.running import Running, eventually


def say(rtcc: Running, kind: str, id_: str, **fields: Any) -> datetime:
    """Push an event of this moment; return the moment."""
    now = datetime.now(UTC)
    event = {"kind": kind, "id": id_, "agency": "PPD", "source": "alarm-test", "occurred_at": iso(now), "data": fields}
    with rtcc.client("ingest") as source:
        assert source.post("/api/v1/events", json=event).status_code == 202
    return now


def alarm(rtcc: Running, id_: str, scope: str | None = "read:dispatcher") -> dict[str, Any]:
    """Return an alarm as an audience sees it."""
    return rtcc.picture(scope).get("alarm", {}).get(id_, {})


def test_an_emergency_is_an_alarm_at_once_and_ends_by_itself(rtcc_up: Running) -> None:
    """A pressed button raises a critical alarm; released, it clears after its dead time."""
    say(rtcc_up, "unit", "AL1", callsign="AL1", status="on_scene", emergency=True)
    raised = eventually(lambda: alarm(rtcc_up, "unit_emergency:AL1"))
    assert (raised["state"], raised["severity"]) == ("active", "critical")
    say(rtcc_up, "unit", "AL1", emergency=False)
    eventually(lambda: alarm(rtcc_up, "unit_emergency:AL1").get("clears_at"))
    eventually(lambda: alarm(rtcc_up, "unit_emergency:AL1")["state"] == "cleared", 20)


def test_time_alone_raises(rtcc_up: Running) -> None:
    """A call that is late two seconds from now has its alarm then, and not before."""
    late_at = datetime.now(UTC) + timedelta(seconds=2)
    started = iso(late_at - timedelta(seconds=WaitingParameters().after_s))
    say(rtcc_up, "call", "AL-C1", state="ringing", queue="alarm-test", started_at=started)
    raised = eventually(lambda: alarm(rtcc_up, "call_waiting:alarm-test"))
    raised_at = datetime.fromisoformat(raised["raised_at"])
    assert late_at <= raised_at, "not before its moment"
    assert raised["about"] == [{"kind": "call", "id": "AL-C1"}]
    say(rtcc_up, "call", "AL-C1", state="answered")


def test_who_answers_is_seen_and_the_wall_learns_nothing_of_a_covert_unit(rtcc_up: Running) -> None:
    """An operator's answer stands in the alarm; an alarm about a covert unit exists for few."""
    say(rtcc_up, "unit", "AL2", callsign="AL2", status="on_scene", covert=True, emergency=True)
    eventually(lambda: alarm(rtcc_up, "unit_emergency:AL2"))
    with rtcc_up.client(OPERATE, name="Ann Roe") as ann:
        assert command(ann, "unit_emergency:AL2", "acknowledge").status_code == 202
        answered = eventually(lambda: (a := alarm(rtcc_up, "unit_emergency:AL2")).get("acknowledged_by") and a)
        assert (answered["state"], answered["acknowledged_by"]) == ("acknowledged", "Ann Roe")
        shelve = {"for_s": 600, "reason": "Test of the button"}
        assert command(ann, "unit_emergency:AL2", "shelve", **shelve).status_code == 202
        eventually(lambda: alarm(rtcc_up, "unit_emergency:AL2")["state"] == "shelved")
        assert command(ann, "unit_emergency:AL2", "unshelve").status_code == 202
        eventually(lambda: alarm(rtcc_up, "unit_emergency:AL2")["state"] == "acknowledged")
    assert alarm(rtcc_up, "unit_emergency:AL2", None) == {}
    say(rtcc_up, "unit", "AL2", emergency=False)


@pytest.mark.parametrize("scope", [None, "read:supervisor"])
def test_the_load_is_told_to_all_and_its_names_to_few(rtcc_up: Running, scope: str | None) -> None:
    """How many alarms there are is known to everyone in the center; which they are, to those who answer them."""
    load = eventually(lambda: rtcc_up.picture(scope).get("alarm_load", {}).get("center"))
    assert {"operators", "raised", "flood", "standing", "looked_at"} <= load.keys()
    assert ("bad_actors" in load) == (scope is not None)


def test_the_process_that_watches_is_a_feed_like_others(rtcc_up: Running) -> None:
    """Its silence would be seen: it is among the feeds whose age every screen shows."""
    metric = 'rtcc_feed_age_seconds{source="rtcc-alarms"}'
    with rtcc_up.client() as client:
        eventually(lambda: metric in client.get("/metrics").text)
