"""CoT out: what TAK clients are told of units and incidents, when it grows stale, and what they are told to forget."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.formats.cot_proto import read_proto
from rtcc.feeds.formats.cot_xml import read_xml
from rtcc.feeds.out.cot import as_tak_protocol, emergency_event, incident_event, unit_event
from rtcc.feeds.out.cot_table import CotOut
from rtcc.feeds.out.cot_view import RENEWED_EVERY, CotView
from rtcc.feeds.payload import FeedTableError
from rtcc.model.event import iso
from tests.unit.feeds.payloads import NOW

UNIT: dict[str, Any] = {
    "callsign": "3A12 & Co",
    "unit_type": "patrol",
    "status": "enroute",
    "lat": 37.77,
    "lon": -122.42,
    "heading_deg": 90,
    "speed_mps": 12.5,
    "fix_at": iso(NOW - timedelta(seconds=10)),
}
INCIDENT: dict[str, Any] = {
    "type": "Robbery <armed>",
    "priority": 1,
    "status": "dispatched",
    "address": "1 Main St",
    "units": ["3A12"],
    "lat": 37.78,
    "lon": -122.41,
}


def types(events: list[bytes]) -> list[tuple[str, str]]:
    """Return the uid and the type of each event."""
    return [(read_xml(event).uid, read_xml(event).type) for event in events]


class TestEvents:
    """One entity, one event."""

    def test_a_unit(self) -> None:
        """Symbol, callsign, course, speed, and stale two minutes after the fix; in both languages the same."""
        event = unit_event("U-1", UNIT, NOW, NOW)
        assert event is not None
        for read in (read_xml(event), read_proto(as_tak_protocol(event))):
            assert read is not None
            assert (read.uid, read.type, read.callsign) == ("rtcc.unit.U-1", "a-f-G-E-V-C", "3A12 & Co")
            assert (read.lat, read.lon, read.course_deg, read.speed_mps) == (37.77, -122.42, 90.0, 12.5)
            assert read.time == NOW - timedelta(seconds=10)
            assert read.stale == NOW + timedelta(seconds=110)
            assert read.remarks == "en route · patrol"

    @pytest.mark.parametrize(
        ("unit_type", "symbol"),
        [
            ("Sergeant", "a-f-G-U-H"),
            ("boat", "a-f-S"),
            ("drone", "a-f-A-C-F-q"),
            ("k9", "a-f-G-U-C"),
            ("?", "a-f-G-E-V-C"),
        ],
    )
    def test_what_it_is_decides_its_symbol(self, unit_type: str, symbol: str) -> None:
        """The symbols of MIL-STD-2525, by their names in CoT; what is not known is a vehicle."""
        event = unit_event("U-1", UNIT | {"unit_type": unit_type}, NOW, NOW)
        assert event is not None
        assert read_xml(event).type == symbol

    def test_an_old_fix_is_not_told(self) -> None:
        """Nor one whose source vouches for it no longer; nor is a unit without a place."""
        assert unit_event("U-1", UNIT, NOW, NOW + timedelta(minutes=3)) is None
        assert unit_event("U-1", UNIT | {"stale_at": iso(NOW)}, NOW, NOW) is None
        assert unit_event("U-1", {"callsign": "3A12"}, NOW, NOW) is None

    def test_an_incident(self) -> None:
        """A red spot for a life at risk, with where it is and who goes."""
        event = incident_event("I-1", INCIDENT, NOW)
        assert event is not None
        read = read_xml(event)
        assert (read.type, read.callsign) == ("b-m-p-s-m", "P1 Robbery <armed>")
        assert read.remarks == "I-1 · dispatched · 1 Main St · units 3A12"
        assert read.attribute("color", "argb") == "-65536"
        assert read.attribute("usericon", "iconsetpath") == "COT_MAPPING_SPOTMAP/b-m-p-s-m/-65536"

    @given(
        fields=st.fixed_dictionaries(
            {"lat": st.floats(-90, 90), "lon": st.floats(-180, 180)},
            optional={
                name: st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)
                for name in ("callsign", "type", "address", "beat", "unit_type", "incident_id")
            }
            | {"emergency": st.booleans(), "priority": st.integers(1, 5), "accuracy_m": st.floats(0, 1e5)},
        ),
        id_=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=64),
    )
    def test_every_entity_is_well_formed(self, fields: dict[str, Any], id_: str) -> None:
        """Whatever stands in its fields is text there, and never markup; both languages can be read again."""
        told = [unit_event(id_, fields, NOW, NOW), incident_event(id_, fields, NOW), emergency_event(id_, fields, NOW)]
        for event in told:
            assert event is not None
            root = ET.fromstring(event)
            assert [child.tag for child in root] == ["point", "detail"]
            assert read_proto(as_tak_protocol(event)) is not None


class TestView:
    """What is told as the picture changes."""

    def test_a_change_is_told_once(self) -> None:
        """The same again is nothing new; what a new client must know is all that is current."""
        view = CotView()
        assert types(view.change("unit", "U-1", UNIT, NOW, NOW)) == [("rtcc.unit.U-1", "a-f-G-E-V-C")]
        assert view.change("unit", "U-1", UNIT, NOW, NOW) == []
        assert types(view.change("incident", "I-1", INCIDENT, NOW, NOW)) == [("rtcc.incident.I-1", "b-m-p-s-m")]
        assert view.change("incident", "I-1", dict(INCIDENT), NOW, NOW) == []
        assert len(view.current(NOW)) == 2

    def test_who_leaves_or_may_not_be_seen_any_more_is_deleted(self) -> None:
        """Once; and of whom nothing was told nothing is deleted: it would tell of a covert unit."""
        view = CotView()
        assert view.change("unit", "covert", None, NOW, NOW) == []
        view.change("unit", "U-1", UNIT, NOW, NOW)
        (deletion,) = view.change("unit", "U-1", None, NOW, NOW)
        assert read_xml(deletion).type == "t-x-d-d"
        assert read_xml(deletion).attribute("link", "uid") == "rtcc.unit.U-1"
        assert view.change("unit", "U-1", None, NOW, NOW) == []
        assert view.current(NOW) == []

    @pytest.mark.parametrize("status", ["closed", "cancelled"])
    def test_an_incident_that_is_over_is_deleted(self, status: str) -> None:
        """Closed ones stay in the picture for a while, but nobody goes there any more."""
        view = CotView()
        view.change("incident", "I-1", INCIDENT, NOW, NOW)
        assert [
            type_ for _, type_ in types(view.change("incident", "I-1", INCIDENT | {"status": status}, NOW, NOW))
        ] == ["t-x-d-d"]

    def test_an_emergency_begins_and_ends(self) -> None:
        """Both are told, once each, and a new client hears of one that lasts."""
        view = CotView()
        told = view.change("unit", "U-1", UNIT | {"emergency": True}, NOW, NOW)
        assert [type_ for _, type_ in types(told)] == ["a-f-G-E-V-C", "b-a-o-tbl"]
        assert view.change("unit", "U-1", UNIT | {"emergency": True}, NOW, NOW) == []
        assert ("rtcc.unit.U-1-9-1-1", "b-a-o-tbl") in types(view.current(NOW))
        assert [type_ for _, type_ in types(view.change("unit", "U-1", UNIT, NOW, NOW))] == ["b-a-o-can"]
        assert ("rtcc.unit.U-1-9-1-1", "b-a-o-tbl") not in types(view.current(NOW))

    def test_one_with_an_emergency_that_leaves(self) -> None:
        """The emergency is over for those who saw it."""
        view = CotView()
        view.change("unit", "U-1", UNIT | {"emergency": True}, NOW, NOW)
        assert [type_ for _, type_ in types(view.change("unit", "U-1", None, NOW, NOW))] == ["b-a-o-can", "t-x-d-d"]

    def test_what_stands_is_told_again_before_it_grows_stale(self) -> None:
        """An incident that nobody changes stays fresh as long as we are there; a fix grows stale by itself."""
        view = CotView()
        view.renew(NOW)
        view.change("unit", "U-1", UNIT, NOW, NOW)
        view.change("incident", "I-1", INCIDENT, NOW, NOW)
        assert view.renew(NOW + RENEWED_EVERY / 2) == []
        later = NOW + RENEWED_EVERY
        (again,) = view.renew(later)
        assert read_xml(again).uid == "rtcc.incident.I-1"
        assert types(view.current(later)) == [("rtcc.incident.I-1", "b-m-p-s-m")]

    def test_a_picture_loaded_anew_deletes_what_it_does_not_hold(self) -> None:
        """What left while nobody followed must not stay on any map."""
        view = CotView()
        view.change("unit", "U-1", UNIT, NOW, NOW)
        view.change("unit", "U-2", UNIT, NOW, NOW)
        (deletion,) = view.forget([("unit", "U-2")], NOW)
        assert read_xml(deletion).attribute("link", "uid") == "rtcc.unit.U-1"


class TestTable:
    """The table in feeds.toml."""

    def test_what_holds_when_nothing_is_said(self) -> None:
        """Only this machine, and as officers see it."""
        table = CotOut.from_table({}, ["officer", "wall"], Path())
        assert (table.host, table.port, table.audience, table.context()) == ("127.0.0.1", 8087, "officer", None)

    @pytest.mark.parametrize(
        ("table", "says"),
        [
            ({"audience": "everyone"}, "cot_out.audience is text; it must be one of officer, wall."),
            ({"host": "0.0.0.0"}, "cot_out.host can be reached from other machines, and no certificate is asked"),
            ({"tls": {"certificate": "a"}}, "cot_out.tls.key is missing"),
            ({"prot": 1}, "cot_out.prot is not known"),
        ],
    )
    def test_what_is_refused(self, table: dict[str, Any], says: str) -> None:
        """With a sentence; and never is the picture open to a network because somebody forgot."""
        with pytest.raises(FeedTableError) as error:
            CotOut.from_table(table, ["officer", "wall"], Path())
        assert str(error.value).startswith(says)

    def test_an_open_one_must_be_said(self) -> None:
        """Whoever says so may have it."""
        assert CotOut.from_table({"host": "0.0.0.0", "open": True}, ["officer"], Path()).host == "0.0.0.0"

    def test_files_that_are_no_certificate(self, tmp_path: Path) -> None:
        """The sentence names the table, not a stack of calls."""
        (tmp_path / "a").write_text("no certificate")
        table = CotOut.from_table({"tls": {"certificate": "a", "key": "a"}}, ["officer"], tmp_path)
        with pytest.raises(FeedTableError, match=r"cot_out.tls names files"):
            table.context()
