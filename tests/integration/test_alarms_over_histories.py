"""Whole histories, shuffled, doubled and told to processes that die: an alarm is open exactly when its condition holds.

What must be is told by a second, plain statement of each condition, over the picture as it ends and the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.alarms import commands
from rtcc.model.event import Event, iso
from tests.alarm_center import AREAS, TARGETS_S, Center
from tests.factories import NOON, make_event

#: Rules whose condition is a matter of the picture and the clock alone: any order of events ends alike.
RULES = (
    "priority_1",
    "pending_too_long",
    "silent_on_scene",
    "unit_emergency",
    "gunshot",
    "plate_hit",
    "call_waiting",
    "call_abandoned",
)
Entities = dict[str, dict[str, dict[str, Any]]]


def must_be_open(entities: Entities, now: datetime) -> set[str]:
    """Return the alarms whose conditions hold, each said in the plainest way there is."""

    def old(fields: dict[str, Any], name: str, limit_s: float) -> bool:
        return (now - datetime.fromisoformat(fields[name])).total_seconds() >= limit_s

    alarms = set()
    for id_, each in entities.get("incident", {}).items():
        priority, status = each.get("priority"), each.get("status", "pending")
        if priority == 1 and status in {"pending", "dispatched", "enroute"} and not old(each, "entered_at", 900):
            alarms.add(f"priority_1:{id_}")
        if priority == 1 and status == "on_scene" and not old(each, "entered_at", 60):
            alarms.add(f"priority_1:{id_}")
        times = {1: 2, 2: 12}.get(priority)
        if status == "pending" and times and old(each, "entered_at", times * TARGETS_S[priority]):
            alarms.add(f"pending_too_long:{id_}")
    for id_, each in entities.get("unit", {}).items():
        if each.get("emergency"):
            alarms.add(f"unit_emergency:{id_}")
        if each.get("status") == "on_scene" and old(each, "status_since", 600):
            alarms.add(f"silent_on_scene:{id_}")
    unreviewed = {i: f for i, f in entities.get("detection", {}).items() if f.get("review") == "unreviewed"}
    alarms |= {f"plate_hit:{i}" for i, f in unreviewed.items() if f["detection_type"] == "plate"}
    alarms |= {f"gunshot:{i}" for i, f in unreviewed.items() if f["detection_type"] == "gunshot"}
    for each in entities.get("call", {}).values():
        if each.get("state") == "ringing" and old(each, "started_at", 20):
            alarms.add(f"call_waiting:{each['queue']}")
        if each.get("state") == "abandoned" and old(each, "started_at", 120):
            alarms.add(f"call_abandoned:{each['queue']}")
    return alarms


def _instant(second: int) -> str:
    return iso(NOON + timedelta(seconds=second))


def _said(kind: str, id_: str, source: str, data: dict[str, Any] | None) -> Event:
    return make_event(kind, id_, source=source, occurred_at=NOON, received_at=NOON, data=data)


@st.composite
def words(draw: st.DrawFn) -> Event:
    """What some source says of one of few entities. Each tells when its entity began."""
    kind = draw(st.sampled_from(["incident", "incident", "unit", "detection", "call"]))
    number = draw(st.integers(1, 2))

    def choose(*values: Any) -> Any:
        return draw(st.sampled_from(values))

    if kind == "incident":
        data = {"priority": choose(1, 1, 2, 3), "entered_at": _instant(choose(0, 60, 600))}
        data |= {"status": choose("pending", "pending", "dispatched", "on_scene", "closed")}
    elif kind == "unit":
        data = {"status": choose("available", "on_scene"), "status_since": _instant(choose(0, 300))}
        data |= {"emergency": choose(True, False, None)}
    elif kind == "detection":
        # Far apart, so that each gunshot is one of its own.
        data = {"lat": 37.7 + number / 10, "lon": -122.4, "review": choose("unreviewed", "unreviewed", "dismissed")}
        data |= {"detection_type": ("gunshot", "plate")[number % 2]}
    else:
        state = choose("ringing", "ringing", "answered", "abandoned")
        data = {"queue": "911", "started_at": _instant(choose(0, 100, 500)), "state": state}
    gone = kind != "unit" and choose(*[False] * 5, True)
    return _said(kind, f"{kind[0].upper()}-{number}", choose("cad", "cad2"), None if gone else data)


#: What happens next: a word, some time that passes, or the death of the process that watches.
_step = st.one_of(words(), words(), words(), st.sampled_from([1, 5, 20, 40, 400]), st.just("die"))


def in_time(steps: list[Any]) -> list[Any]:
    """Let every word occur when the steps before it have happened, and after all words before it."""
    at, timed = NOON, []
    for step in steps:
        at += timedelta(seconds=step) if isinstance(step, int) else timedelta(microseconds=1)
        timed.append(step._replace(occurred_at=at, received_at=at) if isinstance(step, Event) else step)
    return timed


histories = st.lists(_step, min_size=4, max_size=40).map(in_time)


def tell(center: Center, history: list[Any]) -> None:
    """Let a history happen."""
    for step in history:
        if isinstance(step, Event):
            center.now += timedelta(microseconds=1)
            center.events([step])
        elif isinstance(step, int):
            center.wait(step)
        else:
            center.die()


def watching() -> Center:
    """A center that watches these rules, with shorter times for those on scene and those who call."""
    return Center(RULES, silent_on_scene={"after_s": 600}, call_waiting={"after_s": 20})


@given(histories, st.randoms(use_true_random=False))
@settings(max_examples=600)
def test_an_alarm_is_open_exactly_when_its_condition_holds(history: list[Any], chance: Any) -> None:
    """However the events come, once each dead time is over the open alarms are those whose conditions hold."""
    doubled = [step for step in history for _ in range(1 + (isinstance(step, Event) and chance.random() < 0.3))]
    chance.shuffle(doubled)
    center = watching()
    tell(center, doubled)
    center.wait(3_000)
    assert set(center.open()) == must_be_open(center.picture.entities(), center.now)


@given(histories)
@settings(max_examples=400)
def test_at_every_moment_no_alarm_is_missing(history: list[Any]) -> None:
    """After each step every condition that holds has its alarm at once, and what is open besides is about to clear."""
    center = watching()
    for step in history:
        tell(center, [step])
        wanted, found = must_be_open(center.picture.entities(), center.now), center.open()
        assert wanted <= set(found)
        assert all("clears_at" not in found[id_] for id_ in wanted)
        assert all("clears_at" in alarm for id_, alarm in found.items() if id_ not in wanted)


@given(histories)
@settings(max_examples=300)
def test_deaths_are_not_noticed(history: list[Any]) -> None:
    """With deaths between all steps the alarms are the same as without, raised as often and at the same moments."""
    alive, dying = watching(), watching()
    for step in history:
        tell(alive, [step] if step != "die" else [])
        tell(dying, ["die", step, "die"])
    assert dying.open() == alive.open()
    # Of what is raised at one moment, who begins anew may say the one or the other first.
    assert sorted(dying.raises) == sorted(alive.raises)


_operators = st.sampled_from(["Ann Roe", "Bo Díaz"])


@given(
    st.lists(st.tuples(_operators, st.sampled_from(["acknowledge", "shelve", "unshelve", "wait", "die"])), max_size=12)
)
@settings(max_examples=150)
def test_answers_and_deaths_in_any_order(answers: list[tuple[str, str]]) -> None:
    """Whoever answers, and whenever the process dies: shelved while the shelf lasts, else acknowledged, else active."""
    center = Center(["unit_emergency"])
    center.say("unit", "U1", emergency=True)
    first, until = None, None
    for by, what in answers:
        center.now += timedelta(microseconds=1)
        raised_at = center.alarm("unit_emergency:U1")["raised_at"]
        if what == "acknowledge":
            center.events([commands.acknowledge("unit_emergency:U1", raised_at, by, center.now)])
            first = first or by
        elif what == "shelve":
            center.events([commands.shelve("unit_emergency:U1", by, 300, "known", center.now)])
            until = center.now + timedelta(seconds=300)
        elif what == "unshelve":
            center.events([commands.unshelve("unit_emergency:U1", center.now)])
            until = None
        elif what == "wait":
            center.wait(200)
        else:
            center.die()
        alarm = center.alarm("unit_emergency:U1")
        shelved = until is not None and center.now < until
        assert alarm["state"] == ("shelved" if shelved else "acknowledged" if first else "active")
        assert alarm.get("acknowledged_by") == first
    assert center.times_raised("unit_emergency:U1") == 1


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(1, 3), st.sampled_from(["available", "busy", "off_duty"]), st.sampled_from(AREAS)),
            st.integers(1, 900),
            st.just("die"),
        ),
        max_size=20,
    )
)
@settings(max_examples=150)
def test_a_beat_is_watched_through_deaths(history: list[Any]) -> None:
    """A beat has its alarm exactly while no unit has been available there for the time, whatever died meanwhile."""
    center = Center(["beat_uncovered"], beat_uncovered={"after_s": 600, "clear_after_s": 0})
    where: dict[int, tuple[str, str]] = {}
    since: dict[str, datetime | None] = dict.fromkeys(AREAS)
    for step in history:
        if isinstance(step, tuple):
            number, status, beat = step
            center.say("unit", f"U{number}", status=status, beat=beat, callsign=f"U{number}")
            where[number] = (status, beat)
            on_duty = any(status != "off_duty" for status, _ in where.values())
            for area in AREAS:
                covered = ("available", area) in where.values() or not on_duty
                since[area] = None if covered else since[area] or center.now
        else:
            tell(center, [step])
        late = {area for area, at in since.items() if at and (center.now - at).total_seconds() >= 600}
        assert set(center.open()) == {f"beat_uncovered:{area}" for area in late}


def test_a_shelf_that_ends_while_its_alarm_does() -> None:
    """An alarm whose shelf is over during its dead time is seen again until it clears."""
    center = Center(["unit_emergency"], unit_emergency={"clear_after_s": 100})
    center.say("unit", "U1", emergency=True)
    center.events([commands.shelve("unit_emergency:U1", "Ann Roe", 60, "known", center.now)])
    center.wait(10)
    center.say("unit", "U1", emergency=False)
    center.wait(60)
    assert center.alarm("unit_emergency:U1")["state"] == "active"
    center.wait(50)
    assert center.alarm("unit_emergency:U1")["state"] == "cleared"
