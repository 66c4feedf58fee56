from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.formats.values import in_utc, local_time, point, streets, text, title

PACIFIC = ZoneInfo("America/Los_Angeles")
FORMATS = ("%Y/%m/%d %I:%M:%S %p", "iso")


@pytest.mark.parametrize("told", ["2026/01/16 12:04:37 AM", "2026-01-16T00:04:37.000", "2026-01-16 00:04:37"])
def test_times_are_read_in_any_declared_form(told):
    """The same moment in the CSV's and in the JSON's writing is the same moment."""
    assert local_time(told, FORMATS) == datetime.fromisoformat("2026-01-16T00:04:37")


@pytest.mark.parametrize("told", ["", "yesterday", "2026/13/01 01:00:00 AM", "2026/01/16 13:04:37 PM", "0"])
def test_what_is_no_time_is_refused(told):
    """Half a time is not guessed at."""
    with pytest.raises(ValueError, match="no time"):
        local_time(told, FORMATS)


def test_local_times_follow_the_clock_of_their_zone():
    """Winter and summer have their own offsets."""
    assert in_utc(datetime.fromisoformat("2026-01-16T10:00:00"), PACIFIC) == datetime(2026, 1, 16, 18, tzinfo=UTC)
    assert in_utc(datetime.fromisoformat("2026-07-16T10:00:00"), PACIFIC) == datetime(2026, 7, 16, 17, tzinfo=UTC)


def test_a_time_with_an_offset_needs_no_zone():
    """What says its offset is believed."""
    assert in_utc(datetime.fromisoformat("2026-01-16T10:00:00+01:00"), PACIFIC) == datetime(2026, 1, 16, 9, tzinfo=UTC)


def test_an_hour_that_happens_twice_is_the_first_unless_the_row_says_otherwise():
    """01:30 on the night the clocks go back is 08:30 UTC, or 09:30 where the moment before was later than that."""
    told = datetime.fromisoformat("2026-11-01T01:30:00")
    assert in_utc(told, PACIFIC) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert in_utc(told, PACIFIC, datetime(2026, 11, 1, 8, 50, tzinfo=UTC)) == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert in_utc(told, PACIFIC, datetime(2026, 11, 1, 12, tzinfo=UTC)) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)


def test_a_time_that_never_was_is_read_with_the_offset_before():
    """02:30 on the night the clocks go forward is half an hour after 02:00, which was 03:00."""
    assert in_utc(datetime.fromisoformat("2026-03-08T02:30:00"), PACIFIC) == datetime(2026, 3, 8, 10, 30, tzinfo=UTC)


@given(st.datetimes(datetime.fromisoformat("2024-01-01T00:00:00"), datetime.fromisoformat("2027-01-01T00:00:00")))
def test_every_local_time_has_an_instant_near_it(told):
    """No local time is lost or moved by more than an hour, and reading it again gives the same."""
    instant = in_utc(told, PACIFIC)
    assert instant == in_utc(told, PACIFIC)
    assert abs(instant.astimezone(PACIFIC).replace(tzinfo=None) - told) <= timedelta(hours=1)


@pytest.mark.parametrize(
    "told",
    [
        "POINT (-122.42 37.76)",
        "point(-122.42 37.76)",
        "POINT Z (-122.42 37.76 12.0)",
        {"type": "Point", "coordinates": [-122.42, 37.76]},
        {"type": "Point", "coordinates": ["-122.42", "37.76", 3]},
    ],
)
def test_points_are_read_as_wkt_and_as_geojson(told):
    """A point is (lat, lon), however it is written."""
    assert point(told) == (37.76, -122.42)


@pytest.mark.parametrize(
    "told",
    [
        "POINT EMPTY",
        "POINT (-122.42)",
        "POINT (nan nan)",
        "POINT (-1220 37)",
        "LINESTRING (0 0, 1 1)",
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [1, None]},
        {"type": "Polygon", "coordinates": [[[0, 0]]]},
        {},
        7,
    ],
)
def test_what_is_no_point_is_refused(told):
    """A position that is nowhere is an error, not a zero."""
    with pytest.raises(ValueError, match=r"no point|no place"):
        point(told)


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("06TH ST \\ MCALLISTER ST", "6th St / McAllister St"),
        ("CHARLES J BRENHAM PL \\ 22ND ST", "Charles J Brenham Pl / 22nd St"),
        ("OFARRELL ST", "O'Farrell St"),
        ("Broadway \\ Polk St", "Broadway / Polk St"),
    ],
)
def test_crossings_are_written_as_people_write_them(told, written):
    """Capitals, leading zeros and backslashes are the machine's, not the street's."""
    assert streets(told, {"OFARRELL": "O'Farrell"}) == written


def test_titles_keep_the_words_they_are_told_to_keep():
    """An abbreviation that is a word of the trade stays as it is."""
    words = {"DV": "DV", "W": "w", "H&R": "H&R"}
    assert title("FIGHT W/WEAPONS DV", words) == "Fight w/Weapons DV"
    assert title("H&R  VEH ACCIDENT", words) == "H&R Veh Accident"
    assert title("RO Service", words) == "RO Service"


@given(st.text())
def test_titles_only_change_letters_and_spaces(told):
    """Casing never invents, drops or moves anything."""
    written = title(told, {})
    assert "".join(written.split()).upper() == "".join(told.split()).upper() or not told.isupper()


@pytest.mark.parametrize(("cell", "read"), [(None, ""), (True, "true"), (False, "false"), (7, "7"), (" A ", "A")])
def test_cells_of_csv_and_json_read_the_same(cell, read):
    """JSON's booleans and numbers are the texts that CSV would have held."""
    assert text(cell) == read
