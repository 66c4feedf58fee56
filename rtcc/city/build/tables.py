"""Looks at what a city's tables of call types and targets say, beyond their form."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rtcc.city.build.names import counted, listed
from rtcc.city.build.report import Report
from rtcc.city.pack import PackError, Target
from rtcc.model.call_types import CallType


def look_at_tables(city: dict[str, Any], file: object, report: Report) -> None:
    """Tell what the tables hold and lack; ``city`` is what ``city_of`` returned. Raises PackError."""
    types: tuple[CallType, ...] = city["call_types"]
    targets: dict[int, Target] = city["targets"]
    for each in types:
        for field in ("share", "on_scene_s"):
            value = getattr(each, field)
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise PackError(
                    f"{file}: call type {each.code} has the {field} {value!r}; it must be a number from 0 on."
                )
        for field in ("code", "type", "category"):
            if not isinstance(getattr(each, field), str) or not getattr(each, field):
                raise PackError(f"{file}: call type {each.code!r} needs a text as its {field}.")
    for priority, target in targets.items():
        for field in ("queue_s", "response_s"):
            value = getattr(target, field)
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise PackError(f"{file}: the target {field} of priority {priority} is {value!r}; it must be seconds.")
        if target.queue_s > target.response_s:
            report.warned("city", f"Priority {priority} may wait longer for a unit to be sent than for one to arrive.")
    twice = [code for code, times in Counter(each.code for each in types).items() if times > 1]
    if twice:
        report.warned("city", f"{counted(len(twice), 'code')} of call types stand there twice: {listed(twice)}.")
    owed = sorted({each.priority for each in types} - targets.keys())
    if owed:
        report.warned("city", f"No target for priority {' and '.join(map(str, owed))}, though call types have it.")
    report.read("city", f"{counted(len(types), 'call type')}, {counted(len(targets), 'target')} of time.")
