"""Exports: every change with all that it said, in forms that other programs read, whole or not at all."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pyarrow.parquet as pq
import pytest
import shapely

from rtcc.journal.area import NOWHERE, AreaError, Where, read_area
from rtcc.journal.column_values import decode_instant
from rtcc.journal.export import ENVELOPE, ExportError, columns_of, export
from rtcc.model.fields import KINDS
from rtcc.picture.changes import Change
from tests.made_journal import TWO, told

HERE = Where(37.5, -122.5, "North", "N1")
CHANGES = [
    told(TWO, "U1", {"status": "busy", "speed_mps": 3, "fix_at": "2026-11-22T02:00:00.250Z", "covert": True}),
    told(TWO + 1, "I-1", {"units": ["U1", "U2"], "narrative": '=2+3\n"said"', "lat": 37.5}, "incident"),
    told(TWO + 2, "I-1", {"priority": None, "units": None, "address": "-"}, "incident", agency="OPD", source="cad"),
    told(TWO + 3, "U1", left=True),
    told(TWO + 4, "U1", {"speed_mps": 2**60 + 1}),
]


def placed(changes: list[Change]) -> Iterator[tuple[Change, Where]]:
    """Return changes of which the incidents' places are known."""
    return ((change, HERE if change.kind == "incident" else NOWHERE) for change in changes)


@pytest.mark.parametrize("form", ["parquet", "csv", "geojson"])
def test_a_file_is_for_its_owner_alone_and_none_is_overwritten(tmp_path: Path, form: str) -> None:
    """What is exported may hold callers' numbers; a file that is there already stays as it is."""
    file = tmp_path / "past"
    assert export(placed(CHANGES), file, form, KINDS) == 5
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(ExportError, match="is there already"):
        export(placed(CHANGES), file, form, KINDS)
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["past"]


@pytest.mark.parametrize("form", ["parquet", "csv", "geojson"])
def test_what_fails_midway_leaves_no_file(tmp_path: Path, form: str) -> None:
    """Neither half a file under its name nor a hidden one."""

    def failing() -> Iterator[tuple[Change, Where]]:
        yield from placed(CHANGES)
        raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match="cannot be written: No space left on device"):
        export(failing(), tmp_path / "past", form, KINDS)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """In a sentence that names the file."""
    with pytest.raises(ExportError, match=r"nowhere/past\.csv cannot be written: No such file or directory"):
        export(placed(CHANGES), tmp_path / "nowhere" / "past.csv", "csv", KINDS)


def test_no_field_has_the_name_of_an_envelopes_column() -> None:
    """And a field that several kinds have means the same in each."""
    assert ENVELOPE.keys().isdisjoint(columns_of(KINDS))
    for kind in KINDS:
        assert columns_of([kind]).items() <= columns_of(KINDS).items()


def test_parquet_has_typed_columns(tmp_path: Path) -> None:
    """Numbers, instants, flags and lists are what they are; what no column can hold stands beside them."""
    export(placed(CHANGES), tmp_path / "past.parquet", "parquet", ["unit", "incident"])
    table = pq.read_table(tmp_path / "past.parquet")
    rows = table.to_pylist()
    assert [row["id"] for row in rows] == ["U1", "I-1", "I-1", "U1", "U1"]
    assert [row["left"] for row in rows] == [False, False, False, True, False]
    assert rows[2]["cleared"] == ["priority", "units"]
    assert rows[0]["speed_mps"] == 3.0
    assert rows[0]["covert"] is True
    assert json.loads(rows[1]["units"]) == ["U1", "U2"]
    assert json.loads(rows[4]["other"]) == {"speed_mps": 2**60 + 1}
    assert table["changed_at"].type == table["fix_at"].type
    assert decode_instant(str(table["fix_at"].cast("string")[0]), "~") == "2026-11-22T02:00:00.250Z"
    assert decode_instant(str(table["changed_at"].cast("string")[1]), "~") == "2026-11-22T02:00:00.001Z"
    assert "plate" not in table.column_names


def test_csv_is_read_as_it_was_said_and_runs_nothing(tmp_path: Path) -> None:
    """Line breaks and quotes come through; text that a spreadsheet would take for a formula is marked as text."""
    export(placed(CHANGES), tmp_path / "past.csv", "csv", ["unit", "incident"])
    with (tmp_path / "past.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["position"] for row in rows] == [f"{TWO + i}-0/0" for i in range(5)]
    assert rows[0]["fix_at"] == "2026-11-22T02:00:00.250Z"
    assert rows[0]["covert"] == "true"
    assert rows[1]["narrative"] == '\'=2+3\n"said"'
    assert rows[1]["lat"] == "37.5"
    assert rows[1]["units"] == '["U1","U2"]'
    assert (rows[2]["cleared"], rows[2]["units"], rows[2]["address"]) == ("priority units", "", "'-")
    assert rows[4]["speed_mps"] == str(2**60 + 1)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_geojson_places_each_change_where_its_entity_was(tmp_path: Path, count: int) -> None:
    """A feature collection that others can read, also where nothing changed; what is nowhere has no geometry."""
    file = tmp_path / "past.geojson"
    export(placed(CHANGES[:count]), file, "geojson", KINDS)
    found = json.loads(file.read_text())
    assert found["type"] == "FeatureCollection"
    assert len(found["features"]) == count
    points: list[Any] = [feature["geometry"] and feature["geometry"]["coordinates"] for feature in found["features"]]
    assert points == [None, [-122.5, 37.5], [-122.5, 37.5], None, None][:count]
    if count == 5:
        assert found["features"][2]["properties"]["cleared"] == ["priority", "units"]
        assert found["features"][4]["properties"]["speed_mps"] == 2**60 + 1
        assert geopandas.read_file(file).geometry.isna().tolist() == [True, False, False, True, True]


class TestReadArea:
    """Areas as people write them."""

    def test_a_box(self) -> None:
        """West, south, east, north, with its edge."""
        area = read_area("-122.6,37.4,-122.5,37.6")
        assert area.holds(HERE)
        assert not area.holds(HERE._replace(lon=-122.49))
        assert not area.holds(NOWHERE)

    def test_a_name(self) -> None:
        """Of a district or a beat."""
        assert read_area("North").holds(HERE)
        assert read_area("N1").holds(HERE)
        assert not read_area("N2").holds(HERE)
        assert not read_area("North").holds(NOWHERE)

    def test_a_file(self, tmp_path: Path) -> None:
        """All shapes in a GeoJSON file together, also where they overlap or cross themselves."""
        shapes = [shapely.box(-123, 37, -122.4, 38), shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])]
        features = [{"type": "Feature", "properties": {}, "geometry": shape.__geo_interface__} for shape in shapes]
        file = tmp_path / "area.geojson"
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        area = read_area(str(file))
        assert area.holds(HERE)
        assert not area.holds(Where(38.5, -122.5))

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("1,2,3,x", "a box is west,south,east,north in degrees"),
            ("10,0,5,1", "west must be before east"),
            ("nan,0,5,1", "west must be before east"),
            ("0,0,5,91", "in degrees"),
            ("nothing.geojson", "cannot be read: No such file or directory"),
        ],
    )
    def test_what_is_none_is_said(self, text: str, sentence: str) -> None:
        """In one sentence."""
        with pytest.raises(AreaError, match=sentence):
            read_area(text)

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("{", "is no GeoJSON"),
            ("[]", "is no GeoJSON"),
            ('{"type":"FeatureCollection","features":[]}', "holds no area"),
        ],
    )
    def test_what_a_file_does_not_hold_is_said(self, tmp_path: Path, content: str, sentence: str) -> None:
        """In one sentence that names the file."""
        file = tmp_path / "area.geojson"
        file.write_text(content)
        with pytest.raises(AreaError, match=sentence):
            read_area(str(file))
