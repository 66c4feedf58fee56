from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely

from rtcc.city.locate import Locator
from rtcc.city.read import read_layer
from rtcc.feeds.transports.recording import load_recording
from rtcc.model.event import parse_event
from rtcc.model.lifecycle import rank

HERE = Path(__file__).parent / "sf_calls_realtime"


def lives(recording):
    """The moments of each incident, by its id."""
    found = {}
    for moment in recording.moments:
        found.setdefault(moment.id, []).append(moment)
    return found


def noon(minutes: int, seconds: int = 0) -> datetime:
    """Minutes after noon in San Francisco on the day of the fixture, in UTC."""
    return datetime(2026, 1, 16, 20 + minutes // 60, minutes % 60, seconds, tzinfo=UTC)


@pytest.fixture(scope="module")
def rows():
    return load_recording(HERE / "rows.csv")


@pytest.fixture(scope="module")
def real(shared_data):
    return load_recording(shared_data / "sf_calls_realtime" / "calls.csv")


def test_each_timestamp_becomes_what_a_live_cad_would_have_sent(rows):
    """A call is entered, dispatched, reached and closed, and knows at each moment only what was known then."""
    entered, dispatched, arrived, closed = lives(rows)["260169001"]
    assert entered.at == noon(0)
    assert entered.agency == "SFPD"
    assert entered.fields == {
        "status": "pending",
        "received_at": datetime(2026, 1, 16, 19, 58, 10, tzinfo=UTC),
        "entered_at": noon(0),
        "type_code": "917",
        "type": "Suspicious Person",
        "priority": 3,
        "priority_label": "C",
        "narrative": "BY THE FOUNTAIN",
        "address": "6th St / McAllister St",
        "lat": 37.781,
        "lon": -122.41,
        "district": "Tenderloin",
        "onview": False,
        "sensitive": False,
    }
    assert dispatched.fields == {"status": "enroute", "dispatched_at": noon(2, 30), "enroute_at": noon(2, 30)}
    assert arrived.fields == {"status": "on_scene", "on_scene_at": noon(9)}
    assert closed.fields == {
        "status": "closed",
        "cleared_at": noon(40),
        "type_code": "240",
        "type": "Assault / Battery DV",
        "priority": 2,
        "priority_label": "B",
        "disposition": "Report taken",
    }


def test_an_onview_begins_on_scene(rows):
    """Moments of the same second are one event, so that their order cannot matter."""
    begun, closed = lives(rows)["260169002"]
    assert begun.fields["status"] == "on_scene"
    assert begun.fields["on_scene_at"] == begun.fields["entered_at"] == begun.at
    assert begun.fields["onview"] is True
    assert closed.fields["status"] == "closed"


def test_a_sensitive_call_is_one_from_its_first_event(rows):
    """Nobody's screen may learn later that it should not have shown a call."""
    assert lives(rows)["260169002"][0].fields["sensitive"] is True
    assert lives(rows)["260169002"][0].agency == "SFSO"


def test_a_call_that_was_cancelled_ends_as_cancelled(rows):
    """The disposition tells a cancelled call from a closed one."""
    assert lives(rows)["260169003"][-1].fields == {
        "status": "cancelled",
        "cleared_at": noon(21),
        "disposition": "Cancelled",
    }


def test_a_call_still_open_learns_its_final_type_at_its_last_update(rows):
    """Without a closing, the last update is the latest moment at which the row's end can have been known."""
    last = lives(rows)["260169004"][-1]
    assert (last.at, last.fields) == (noon(50), {"type_code": "910", "type": "Well Being Check"})


def test_a_call_without_a_place_has_no_position_and_no_address(rows):
    """It stays in the queue without a marker."""
    assert not lives(rows)["260169004"][0].fields.keys() & {"lat", "lon", "address", "district"}


def test_a_status_never_goes_back_where_times_are_out_of_order(rows):
    """A call that closed before its unit arrived stays closed; the arrival is told as a time only."""
    *_, closed, arrived = lives(rows)["260169005"]
    assert closed.fields["status"] == "closed"
    assert arrived.fields == {"on_scene_at": noon(105)}


def test_an_unknown_disposition_is_told_as_it_is(rows):
    """A code that nobody has translated yet is not lost."""
    assert lives(rows)["260169005"][-2].fields["disposition"] == "ZZZ"


def test_each_row_that_cannot_be_used_has_one_reason(rows):
    """A row without an id, with a broken time or without its first time is refused, and the others go on."""
    refused = {trouble.row: trouble.reason for trouble in rows.troubles if trouble.refused}
    assert refused == {
        6: "cad_number is empty; a row needs an id.",
        7: "entry_datetime is 'soon', which is no time this mapping knows.",
        8: "entry_datetime is empty; a row needs its first time.",
    }


def test_a_value_that_cannot_be_used_is_told_and_the_call_is_kept(rows):
    """A call must not vanish from the board for a broken coordinate; a lost flag counts as sensitive."""
    (entered,) = lives(rows)["260169009"]
    assert entered.fields["sensitive"] is True
    assert not entered.fields.keys() & {"lat", "lon", "priority", "onview"}
    assert entered.fields["priority_label"] == "Q"
    told = {trouble.reason.split()[0] for trouble in rows.troubles if trouble.row == 9 and not trouble.refused}
    assert told == {"intersection_point", "priority_original", "priority_final", "onview_flag"}


def test_csv_and_json_tell_the_same():
    """The same calls through Socrata's two exports are the same moments."""
    from_json = lives(load_recording(HERE / "rows.json"))
    from_csv = lives(load_recording(HERE / "rows.csv"))
    assert from_json == {id_: from_csv[id_] for id_ in from_json}
    assert len(from_json) == 3


def test_every_real_row_gives_valid_events_in_order(real):
    """All 3,370 rows of a real 48-hour export are used, and every status only goes forward."""
    assert real.rows == 3_370
    assert real.troubles == ()
    assert len(lives(real)) == 3_370
    assert [m.at for m in real.moments] == sorted(m.at for m in real.moments)
    for moments in lives(real).values():
        ranks = [rank("incident", "status", m.fields["status"]) for m in moments if "status" in m.fields]
        assert ranks == sorted(set(ranks))
        for moment in moments:
            parse_event(moment.to_event(real.mapping), moment.at)
            assert all(value <= moment.at for value in moment.fields.values() if isinstance(value, datetime))


def test_real_calls_end_as_the_export_says(real):
    """578 calls are still open, 2,792 have ended, and the nine that were cancelled say so."""
    ends = Counter(
        [m.fields["status"] for m in moments if "status" in m.fields][-1] for moments in lives(real).values()
    )
    assert ends["closed"] + ends["cancelled"] == 2_792
    assert ends["cancelled"] == 9
    assert len(real.left_open()) == 578


def test_real_sensitive_calls_are_sensitive_from_their_first_event(real):
    """All 951 of them, and no other."""
    first = [moments[0].fields["sensitive"] for moments in lives(real).values()]
    assert first.count(True) == 951
    assert first.count(False) == 3_370 - 951


def test_the_real_json_variant_is_read_whole(shared_data):
    """Socrata's JSON of the same feed needs no other mapping."""
    recording = load_recording(shared_data / "sf_calls_realtime" / "calls_2025-10-26.json")
    assert (recording.rows, len(lives(recording)), recording.troubles) == (172, 172, ())
    assert all("lat" in moments[0].fields for moments in lives(recording).values())


def test_real_calls_are_located_in_the_district_around_them(real, san_francisco):
    """The locator says for every real call what the polygons say, and mostly what the agency says.

    The agency's own word differs for one call in eleven: the published polygons and the export follow different
    redrawings of the districts (Mission Bay, mid-Market), and calls are placed at crossings, on the borders.
    """
    pack, _ = san_francisco
    told = [m.fields for m in real.moments if {"lat", "district"} <= m.fields.keys()]
    lats, lons = np.array([f["lat"] for f in told]), np.array([f["lon"] for f in told])
    named, _ = Locator.from_pack(pack).locate(lats, lons)
    frame = read_layer(pack, "districts").set_index("name")
    around = [frame.index[frame.intersects(shapely.Point(x, y))] for x, y in zip(lons, lats, strict=True)]
    assert all(name in near for name, near in zip(named, around, strict=True))
    agreeing = sum(name == fields["district"] for name, fields in zip(named, told, strict=True))
    assert agreeing / len(told) > 0.9
