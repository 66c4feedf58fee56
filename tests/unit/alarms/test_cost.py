"""What an event costs the engine, counted and not timed: the same work, however many entities there are."""

from __future__ import annotations

import random
import sys
from typing import Any

import pytest

from benchmarks.alarms import _change, _entity
from rtcc.alarms.engine import Change, Engine
from rtcc.alarms.parameters import read_plan
from rtcc.alarms.view import View

START = 1_800_000_000_000_000


def calls_for(entities: int, changes: list[Change]) -> int:
    """Count the function calls that the engine makes for these changes, among so many entities."""
    dice = random.Random(1)
    view = View({1: 60.0, 2: 300.0, 3: 1800.0}, ("B1", "B2"), heard={"avl": START / 1e6})
    engine = Engine(read_plan({}).rules(view), view)
    engine.begin([_entity(number, START, dice) for number in range(entities)], START)
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        for change in changes:
            engine.take([change], change.us)
            engine.due(change.us)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("entities", [1_000, 10_000])
def test_an_event_is_the_same_work_among_more_entities(entities: int) -> None:
    """Changes of the same hundred entities take as many steps with 10,000 around them as with 100."""
    dice = random.Random(2)
    # Microseconds apart, so that what time makes due among the others is not counted with them.
    changes = [_change(dice, 100, START + number, number) for number in range(2_000)]
    alone, among_many = calls_for(100, changes), calls_for(entities, changes)
    assert among_many == pytest.approx(alone, rel=0.1)
