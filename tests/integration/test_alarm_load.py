"""What two real days ask of the operators: every urgent call is told once, and not more than a person can bear."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.alarm_days import san_francisco
from benchmarks.alarm_load import ASKED, urgent
from benchmarks.alarm_play import Load, play
from rtcc.alarms.parameters import read_plan


@pytest.fixture(scope="module")
def load(shared_data: Path) -> Load:
    """What San Francisco's two days of January 2026 raise with every parameter as it is by default."""
    return play(san_francisco(shared_data), read_plan({}))


def test_every_call_of_priority_a_raises_exactly_one_alarm(load: Load) -> None:
    """Each of the 393 calls of priority A is told, and only once; also the 11 that officers came upon."""
    found = urgent(load.history, new_for_s=900, shown_for_s=60)
    assert (len(found.every), found.waiting, found.new) == (393, found.every, found.every)
    raised = Counter(each.id for each in load.raises if each.rule == "priority_1")
    assert raised == {f"priority_1:{id_}": 1 for id_ in found.waiting}


def test_operators_have_less_than_one_alarm_in_ten_minutes(load: Load) -> None:
    """ISA-18.2's measure of what a person can deal with holds on average, and no window of ten minutes is a flood."""
    assert load.mean() < ASKED
    assert load.flooded() == 0
