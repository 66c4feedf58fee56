from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.catalogue import find_mapping
from rtcc.feeds.formats.rows import read_row

SF = find_mapping("sf_calls_realtime")
ROW = {
    "cad_number": "260160001",
    "agency": "Police",
    "received_datetime": "2026-01-16T09:59:00",
    "entry_datetime": "2026-01-16T10:00:00",
    "dispatch_datetime": "2026-01-16T10:05:00",
    "call_type_original_desc": "NOISE NUISANCE",
    "sensitive_call": "false",
}


def test_a_call_of_the_hour_that_happens_twice_keeps_its_order():
    """On the night the clocks go back, dispatched at 01:10 after entered at 01:50 is twenty minutes later."""
    row = ROW | {
        "received_datetime": "2026-11-01T01:49:00",
        "entry_datetime": "2026-11-01T01:50:00",
        "dispatch_datetime": "2026-11-01T01:10:00",
    }
    entered, dispatched = read_row(row, SF).moments
    assert (entered.at, dispatched.at) == (
        datetime(2026, 11, 1, 8, 50, tzinfo=UTC),
        datetime(2026, 11, 1, 9, 10, tzinfo=UTC),
    )


def test_a_call_without_news_at_its_end_gets_no_event_for_it():
    """What did not change is not told twice."""
    row = ROW | {"call_type_final_desc": "NOISE NUISANCE", "call_last_updated_at": "2026-01-16T10:30:00"}
    assert len(read_row(row, SF).moments) == 2


def test_an_earlier_time_than_the_first_carries_what_is_known():
    """Where a row was dispatched before it was entered, its dispatch says whether it is sensitive."""
    row = ROW | {"dispatch_datetime": "2026-01-16T09:59:30", "sensitive_call": "true"}
    first, entered = read_row(row, SF).moments
    assert first.fields["sensitive"] is True
    assert first.fields["status"] == "dispatched"
    assert entered.fields == {"entered_at": datetime(2026, 1, 16, 18, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cad_number": None}, "cad_number is empty"),
        ({"cad_number": "x" * 65}, "id is text"),
        ({"cad_number": "a\x00b"}, "id is text"),
        ({"agency": ""}, "agency is empty"),
        ({"entry_datetime": ""}, "entry_datetime is empty"),
        ({"close_datetime": "31 February"}, "close_datetime is '31 February'"),
        ({"entry_datetime": "9999-12-31T23:00:00"}, "entry_datetime is '9999"),
        ({"entry_datetime": "2126-01-16T10:00:00"}, "entry_datetime is '2126"),
        ({"entry_datetime": "1960-01-01T00:00:00", "received_datetime": ""}, "occurred_at"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(change, reason):
    """A refused row gives no event and exactly one reason."""
    reading = read_row(ROW | change, SF)
    assert reading.moments == ()
    assert len(reading.reasons) == 1
    assert reading.reasons[0].startswith(reason)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5)


@given(st.dictionaries(st.sampled_from([*ROW, "intersection_point", "priority_original", "close_datetime"]), JSON))
def test_no_row_ends_the_feed(change):
    """Whatever a cell holds, a row gives valid events or a reason, and never raises."""
    reading = read_row(ROW | change, SF)
    assert reading.moments or reading.reasons


STAGES = [stage.column for stage in SF.stages]


@given(st.lists(st.none() | st.integers(0, 600), min_size=5, max_size=5))
def test_whatever_the_order_of_its_times_a_life_goes_forward(minutes):
    """Moments come in time order, each instant once, and the status never goes back."""
    row = {key: value for key, value in ROW.items() if not key.endswith("_datetime")}
    for column, minute in zip(STAGES, minutes, strict=True):
        if minute is not None:
            row[column] = f"2026-01-16T{minute // 60:02d}:{minute % 60:02d}:00"
    reading = read_row(row, SF)
    if minutes[0] is None:
        assert reading.moments == ()
        return
    times = [moment.at for moment in reading.moments]
    assert times == sorted(set(times))
    order = ["pending", "dispatched", "enroute", "on_scene", "closed"]
    statuses = [order.index(moment.fields["status"]) for moment in reading.moments if "status" in moment.fields]
    assert statuses == sorted(set(statuses))
    assert len([f for m in reading.moments for f in m.fields if f.endswith("_at")]) == sum(
        m is not None for m in minutes
    )


def test_an_agency_that_is_not_in_the_table_keeps_its_name():
    """A new agency's calls are shown under the name it came with."""
    assert read_row(ROW | {"agency": "Park Rangers"}, SF).moments[0].agency == "Park Rangers"


def test_a_mapping_without_a_last_update_tells_the_end_with_the_last_moment():
    """What changed in an open call is told no earlier than the latest moment there is."""
    mapping = replace(SF, updated=None)
    last = read_row(ROW | {"call_type_final_desc": "MISC"}, mapping).moments[-1]
    assert last.fields["type"] == "Misc"
    assert last.fields["status"] == "dispatched"
