"""Alarm load: how many alarms each operator has to bear, and which, on days of real cities and of an invented one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from benchmarks.alarm_days import HOUSTON, SATURDAY, TUESDAY, InventedCity, houston, san_francisco
from benchmarks.alarm_play import History, Load, play
from benchmarks.report import Row, row, show, spread
from rtcc.alarms.load import FLOOD_ABOVE
from rtcc.alarms.parameters import AlarmPlan, read_plan
from rtcc.alarms.rules import RULES
from rtcc.alarms.rules.priority_1 import Priority1Parameters
from rtcc.city.choice import CALLS, public_data
from rtcc.model.version import microseconds

#: What is asked: at most so many alarms an operator in ten minutes, on average.
ASKED = 1.0
#: Of the days of real cities; the invented ones, whose units never say a word, are there to be read with them.
ASKED_OF = ("San Francisco", "Houston")
#: What else the parameters that matter most could be.
ALTERNATIVES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("silent_on_scene", {"after_s": 5_400}),
    ("silent_on_scene", {"after_s": 2_700}),
    ("silent_on_scene", {"alone_after_s": 1_800}),
    ("silent_on_scene", {"alone_after_s": 7_200}),
    ("pending_too_long", {"times_target": {"1": 3.0, "2": 12.0}}),
    ("pending_too_long", {"times_target": {"1": 2.0, "2": 6.0}}),
    ("pending_too_long", {"times_target": {"1": 2.0, "2": 12.0, "3": 8.0}}),
    ("call_waiting", {"clear_after_s": 60}),
    ("call_abandoned", {"clear_after_s": 600}),
    ("call_abandoned", {"clear_after_s": 300}),
    ("plate_hit", {"confidence": 0.8}),
    ("plate_hit", {"confidence": 0.5}),
    ("cluster", {"incidents": 4}),
    ("cluster", {"incidents": 4, "common_share": 1.0}),
    ("beat_uncovered", {"after_s": 2_700}),
    ("beat_uncovered", {"after_s": 1_800}),
)
_NOBODY_THERE = frozenset({"pending", "dispatched", "enroute"})
_OPEN = _NOBODY_THERE | {"on_scene"}


@dataclass(frozen=True, slots=True)
class Urgent:
    """The incidents of priority 1: all, those told while they were open, and those of them told while new."""

    every: frozenset[str]
    waiting: frozenset[str]
    new: frozenset[str]


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    plan = read_plan({})
    rows: list[Row] = []
    kept, others = [], []
    for history in _histories(rows, quick=quick):
        load = play(history, plan)
        rows += _rows(load)
        kept.append(_figures(load))
        others.append([_other(load, rule, told) for rule, told in ALTERNATIVES])
    rows += _alternative_rows(others)
    caption = "Last, what else parameters could be: the greatest mean; in the note that of each history, as above."
    show(f"Alarm load: {plan.operators} operators, every rule as it is by default", rows, caption)
    return {"title": "Alarm load", "rows": rows, "operators": plan.operators, "loads": kept}


def _histories(rows: list[Row], *, quick: bool) -> Iterator[History]:
    """Yield each history that can be played; a row says which cannot."""
    data = public_data()
    real: tuple[tuple[str, str, Callable[[], History]], ...] = (
        ("San Francisco", CALLS, lambda: san_francisco(data)),
        ("Houston", HOUSTON, lambda: houston(data, 1 if quick else None)),
    )
    for name, file, make in real:
        if (data / file).is_file():
            yield make()
        else:
            rows.append(row(f"{name}: not played", 0, "h", note=f"{file} is absent from the public data"))
    city = InventedCity()
    if quick:
        yield city.live(SATURDAY + timedelta(hours=20), 1)
        return
    yield city.live(TUESDAY)
    yield city.live(SATURDAY)


def urgent(history: History, new_for_s: float, shown_for_s: float) -> Urgent:
    """Find the incidents of priority 1 by what was told, without asking any rule."""
    told: dict[str, dict[str, Any]] = {}
    every, waiting, new = set(), set(), set()
    for change in history.changes:
        if change.kind != "incident":
            continue
        fields = told.setdefault(change.id, {})
        fields |= change.fields or {}
        if fields.get("priority") != 1:
            continue
        every.add(change.id)
        limit_s = new_for_s if fields.get("status") in _NOBODY_THERE else shown_for_s
        if fields.get("status") in _OPEN:
            waiting.add(change.id)
            entered = datetime.fromisoformat(fields.get("entered_at") or fields["received_at"])
            # What ended is told late at most; from the beginning on somebody watches.
            if change.us < microseconds(entered) + limit_s * 1e6:
                new.add(change.id)
    return Urgent(frozenset(every), frozenset(waiting), frozenset(new))


def _rows(load: Load) -> list[Row]:
    name = load.history.name
    windows = spread(load.per_window())
    found, raised = _urgent(load), _raised(load)
    silent = sorted(found.new - raised)
    reason = f"of {len(found.every)}; the others had ended"
    incidents = {change.id for change in load.history.changes if change.kind == "incident"}
    return [
        row(f"{name}: incidents", len(incidents), "", note=f"{load.history.hours:.4g} hours are counted"),
        row(f"{name}: priority 1, open", len(found.waiting), "", note=reason),
        row(f"{name}: new, without an alarm", len(silent), "", at_most=0, note=", ".join(silent[:5])),
        *(row(f"{name}: {rule}", count, "alarms") for rule, count in load.by_rule().most_common()),
        row(f"{name}: all", len(load.counted), "alarms", note=f"at most {load.most_open} open at once"),
        row(f"{name}: mean", load.mean(), "/op/10 min", at_most=ASKED if load.history.name in ASKED_OF else None),
        row(f"{name}: p95", windows.get("p95", 0), "/op/10 min", note=f"of {load.history.windows} windows"),
        row(f"{name}: most", windows.get("max", 0), "/op/10 min"),
        row(f"{name}: windows of more than {FLOOD_ABOVE}", load.flooded() * 100, "%"),
    ]


def _urgent(load: Load) -> Urgent:
    chosen = Priority1Parameters()
    return urgent(load.history, chosen.new_for_s, chosen.shown_for_s)


def _raised(load: Load) -> set[str]:
    return {id_ for each in load.raises if each.rule == "priority_1" for _, id_ in each.about}


def _figures(load: Load) -> dict[str, Any]:
    return {
        "history": load.history.name,
        "hours": round(load.history.hours, 2),
        "by_rule": dict(load.by_rule().most_common()),
        "per_operator_and_10_min": spread(load.per_window()),
        "flooded": load.flooded(),
    }


# ---------------------------------------------------------------- what else the parameters could be


def _other(load: Load, rule: str, told: dict[str, Any]) -> float:
    """Return the mean with other parameters of one rule. Rules know nothing of each other: it is played alone."""
    plan = read_plan({rule: told})
    kinds = RULES[rule].watches
    heard = replace(load.history, changes=tuple(each for each in load.history.changes if each.kind in kinds))
    alone = play(heard, AlarmPlan(plan.operators, {rule: plan.parameters[rule]}))
    return load.mean(len(load.counted) - load.by_rule()[rule] + len(alone.counted))


def _alternative_rows(others: list[list[float]]) -> list[Row]:
    rows = []
    for (rule, told), means in zip(ALTERNATIVES, zip(*others, strict=True), strict=True):
        shown = ", ".join(f"{name} {_shown(value)}" for name, value in told.items())
        note = ", ".join(f"{mean:.2f}" for mean in means)
        rows.append(row(f"{rule} {shown}", max(means), "/op/10 min", note=note))
    return rows


def _shown(value: object) -> str:
    return " ".join(f"{key}:{each:g}" for key, each in value.items()) if isinstance(value, dict) else f"{value:g}"
