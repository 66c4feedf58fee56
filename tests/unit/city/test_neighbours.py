from __future__ import annotations

import re

import pytest
import shapely

from rtcc.city.build.neighbours import told_area
from rtcc.city.read import read_layer
from tests.recipes import BEATS, DISTRICTS, built, frame_of, told, write

#: Metres of a degree of longitude and of latitude at 50.05 degrees north, on the WGS 84 ellipsoid.
LON_M, LAT_M = 71_622.0, 111_231.0


def beat(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(10 + west, 50 + south, 10 + east, 50 + north)


def test_overlaps_and_gaps_between_beats_are_told_with_their_area(tmp_path):
    """Two overlapping beats and a hole between four are told with the areas that the ellipsoid gives them."""
    beats = [
        *(beat(0, 0, 0.051, 0.04), beat(0.05, 0, 0.1, 0.04)),  # overlap of 0.001 by 0.04 degrees
        *(beat(0, 0.04, 0.04, 0.06), beat(0.06, 0.04, 0.1, 0.06)),  # a hole of 0.02 by 0.02 degrees between them
        beat(0, 0.06, 0.1, 0.1),
    ]
    write(frame_of(beats, name=["B1", "B2", "B3", "B4", "B5"]), tmp_path / "beats.geojson")
    _, findings = built(tmp_path, DISTRICTS + BEATS)
    overlap = told(findings, "warned beats", "overlap")
    assert "1 pair of beats overlaps by" in overlap
    assert "B1 and B2" in overlap
    assert area_in(overlap) == pytest.approx(0.001 * LON_M * 0.04 * LAT_M, rel=0.01)
    gap = told(findings, "warned beats", "1 gap between beats")
    assert area_in(gap) == pytest.approx(0.02 * LON_M * 0.02 * LAT_M, rel=0.01)


def test_a_slit_between_beats_that_is_open_to_the_outside_is_a_gap(tmp_path):
    """A narrow gap from one side of the city to the other is no hole, and is told all the same."""
    width = 5 / LON_M
    beats = [beat(0, 0, 0.05, 0.1), beat(0.05 + width, 0, 0.1, 0.1)]
    write(frame_of(beats, name=["B1", "B2"]), tmp_path / "beats.geojson")
    _, findings = built(tmp_path, DISTRICTS + BEATS)
    gap = told(findings, "warned beats", "1 gap between beats")
    assert area_in(gap) == pytest.approx(5 * 0.1 * LAT_M, rel=0.01)


def test_beats_that_fit_have_neither_gaps_nor_overlaps(tmp_path):
    """Borders that agree are not complained of, not even where one beat's border has more corners."""
    split = shapely.segmentize(beat(0.03, 0, 0.1, 0.06), 0.007)
    beats = [beat(0, 0, 0.03, 0.1), split, beat(0.03, 0.06, 0.1, 0.1)]
    write(frame_of(beats, name=["B1", "B2", "B3"]), tmp_path / "beats.geojson")
    write(frame_of([beat(0, 0, 0.1, 0.1)], label=["ALL"]), tmp_path / "districts.geojson")
    _, findings = built(tmp_path, DISTRICTS + BEATS)
    assert [finding for finding in findings if finding.startswith("warned beats")] == []


def test_a_beat_in_two_districts_is_told_with_its_shares(tmp_path):
    """The beat is filed under the district that holds most of it, and the report says how it is divided."""
    beats = [beat(0, 0, 0.08, 0.1), beat(0.08, 0, 0.1, 0.1)]
    write(frame_of(beats, name=["B1", "B2"]), tmp_path / "beats.geojson")
    pack, findings = built(tmp_path, DISTRICTS + BEATS)
    assert list(read_layer(pack, "beats")["district"]) == ["West End", "East End"]
    finding = told(findings, "warned beats: Beat B1 lies in two districts")
    assert "West End (62.5%) and East End (37.5%)" in finding
    assert told(findings, "repaired beats", "2 beats of 2 did not say the district")


def test_a_beat_that_says_another_district_keeps_it_and_is_told(tmp_path):
    """What the city's file says stands, but not in silence."""
    beats = frame_of([beat(0, 0, 0.05, 0.1), beat(0.05, 0, 0.1, 0.1)], name=["B1", "B2"], of=["EAST END", "NORTH END"])
    write(beats, tmp_path / "beats.geojson")
    pack, findings = built(tmp_path, DISTRICTS + BEATS + 'district = "of"\n')
    assert list(read_layer(pack, "beats")["district"]) == ["East End", "North End"]
    assert told(findings, "Beat B1 says that its district is East End, but lies in West End")
    assert told(findings, "Beat B2 says that its district is North End, which is none of the districts")


@pytest.mark.parametrize(("m2", "said"), [(389.4, "389 m²"), (153_000, "15.3 ha"), (2_345_678, "2.35 km²")])
def test_areas_are_told_in_a_fitting_unit(m2, said):
    """Nobody has to count digits."""
    assert told_area(m2) == said


def area_in(finding: str) -> float:
    """Return the first area that a finding tells, in m²."""
    value, unit = re.search(r"([\d.,]+) (m²|ha|km²)", finding).groups()
    return float(value.replace(",", "")) * {"m²": 1, "ha": 10_000, "km²": 1_000_000}[unit]
