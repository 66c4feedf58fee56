"""Cursor on Target: what each type becomes, in XML and in the TAK protocol, and what is none of ours."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from takproto import TAKProtoVer, xml2proto

from rtcc.feeds.formats.cot import CotFormat
from rtcc.feeds.payload import NOT_OURS, Told
from rtcc.model.event import iso
from tests.unit.feeds.payloads import NAMES, NOW, payload, reasons, said

COT = CotFormat.from_table(NAMES, {})
POINT = '<point lat="37.77" lon="-122.42" hae="10" ce="8.5" le="9999999.0"/>'


def event(type_: str = "a-f-G-U-C", uid: str = "ANDROID-1", detail: str = "", **over: Any) -> str:
    """Write an event of now that holds for two minutes."""
    times = {"time": iso(NOW), "start": iso(NOW), "stale": iso(NOW + timedelta(minutes=2))}
    attributes = {"version": "2.0", "uid": uid, "type": type_, "how": "m-g"} | times
    point = over.pop("point", POINT)
    written = "".join(f' {name}="{value}"' for name, value in (attributes | over).items())
    return f"<event{written}>{point}<detail>{detail}</detail></event>"


def read(text: str | bytes, cot: CotFormat = COT) -> Told:
    """Read one payload."""
    return cot.read(payload(text), {})


def test_a_unit_with_its_fix() -> None:
    """Who, where, how far off, how fast, since when, and until when that holds."""
    detail = '<contact callsign="3A12"/><track course="-90" speed="12.3456"/>'
    assert said(read(event(detail=detail)))["unit", "ANDROID-1"] == {
        "callsign": "3A12",
        "unit_type": "officer",
        "lat": 37.77,
        "lon": -122.42,
        "accuracy_m": 8.5,
        "speed_mps": 12.35,
        "heading_deg": 270.0,
        "fix_at": "2026-11-20T12:00:00Z",
        "stale_at": "2026-11-20T12:02:00Z",
    }


def test_a_unit_without_a_fix_says_nothing_of_a_place() -> None:
    """Devices without a fix say that they are at 0, 0, with an error that nobody knows."""
    nowhere = '<point lat="0.0" lon="0.0" hae="9999999.0" ce="9999999.0" le="9999999.0"/>'
    told = read(event(detail='<contact callsign="3A12"/>', point=nowhere))
    assert said(told)["unit", "ANDROID-1"] == {"callsign": "3A12", "unit_type": "officer"}


def test_a_feed_may_know_units_by_their_callsign_and_hide_them() -> None:
    """So that fixes from TAK join the units of a CAD; those of a covert team are marked."""
    cot = CotFormat.from_table(NAMES, {"ids": "callsign", "covert": True, "unit_types": {"a-f-G-U-C-I": "k9"}})
    told = read(event("a-f-G-U-C-I", detail='<contact callsign="3A12"/>'), cot)
    fields = said(told)["unit", "3A12"]
    assert fields is not None
    assert (fields["covert"], fields["unit_type"]) == (True, "k9")


class TestEmergencies:
    """The button on a radio or a telephone."""

    DETAIL = (
        '<link uid="ANDROID-1" type="a-f-G-U-C" relation="p-p"/><contact callsign="3A12-Alert"/>'
        '<emergency type="911 Alert"{}>3A12</emergency>'
    )

    def test_a_pressed_one_marks_the_unit_and_is_a_detection(self) -> None:
        """The unit that it is about has an emergency, where it was pressed."""
        told = said(read(event("b-a-o-tbl", "ANDROID-1-9-1-1", self.DETAIL.format(""))))
        unit, panic = told["unit", "ANDROID-1"], told["detection", "ANDROID-1-9-1-1"]
        assert unit is not None
        assert panic is not None
        assert (unit["emergency"], unit["callsign"], unit["lat"]) == (True, "3A12", 37.77)
        assert (panic["detection_type"], panic["label"]) == ("panic", "911 Alert")

    @pytest.mark.parametrize(("type_", "cancel"), [("b-a-o-can", ""), ("b-a-o-tbl", ' cancel="true"')])
    def test_a_cancelled_one_takes_the_mark_away(self, type_: str, cancel: str) -> None:
        """Either way of saying that it is over."""
        told = said(read(event(type_, "ANDROID-1-9-1-1", self.DETAIL.format(cancel))))
        assert set(told) == {("unit", "ANDROID-1")}
        assert told["unit", "ANDROID-1"]["emergency"] is False  # type: ignore[index]

    def test_a_covert_teams_is_no_detection(self) -> None:
        """A detection would tell everyone where a covert unit is."""
        cot = CotFormat.from_table(NAMES, {"covert": True})
        told = said(read(event("b-a-o-tbl", "ANDROID-1-9-1-1", self.DETAIL.format("")), cot))
        assert set(told) == {("unit", "ANDROID-1")}


class TestOtherKinds:
    """Markers, sensors, cameras, deletions."""

    @pytest.mark.parametrize(
        ("type_", "how", "becomes"),
        [
            ("b-m-p-s-m", "h-g-i-g-o", "marker"),
            ("a-h-G", "h-g-i-g-o", "hostile marker"),
            ("a-f-G-E-V-C", "h-g-i-g-o", "friendly marker"),
            ("b-d-c-n", "m-r", "sensor"),
            ("b-l-l-l", "m-r", "alarm"),
            ("b-a-g", "m-r", "geofence"),
            ("b-r-f-h-c", "h-e", "casualty"),
        ],
    )
    def test_what_was_seen_or_marked_is_a_detection(self, type_: str, how: str, becomes: str) -> None:
        """With what somebody called it."""
        detail = "<contact callsign='Gate'/><remarks>broken\nlock</remarks>"
        detection = said(read(event(type_, "M-1", detail, how=how)))["detection", "M-1"]
        assert detection == {
            "detection_type": becomes,
            "label": "Gate: broken lock",
            "lat": 37.77,
            "lon": -122.42,
            "accuracy_m": 8.5,
        }

    def test_a_sensor_with_a_field_of_view_is_a_camera(self) -> None:
        """It looks somewhere, so wide, and has a stream."""
        detail = '<contact callsign="I-25"/><sensor azimuth="450" fov="45"/><__video url="https://x.example/1.m3u8"/>'
        assert said(read(event("b-m-p-s-p-loc", "C-1", detail)))["camera", "C-1"] == {
            "name": "I-25",
            "lat": 37.77,
            "lon": -122.42,
            "heading_deg": 90.0,
            "fov_deg": 45.0,
            "stream_url": "https://x.example/1.m3u8",
        }

    def test_a_deletion_withdraws_what_it_names(self) -> None:
        """Where it says what that was; otherwise it is left to grow stale."""
        named = '<link uid="ANDROID-1" type="a-f-G-U-C" relation="p-p"/>'
        assert said(read(event("t-x-d-d", "del", named))) == {("unit", "ANDROID-1"): None}
        unnamed = read(event("t-x-d-d", "del", '<link uid="ANDROID-1" type="none" relation="p-p"/>'))
        assert unnamed.events == []
        assert len(unnamed.refused) == 1

    @pytest.mark.parametrize(
        ("type_", "what"),
        [
            ("b-t-f", "a chat message"),
            ("b-f-t-r", "a file transfer"),
            ("b-m-r", "a route"),
            ("u-d-f", "a drawing"),
            ("t-x-c-t", "a message between TAK programs"),
            ("x-y-z", "of a type that stands for nothing here"),
        ],
    )
    def test_what_is_none_of_ours(self, type_: str, what: str) -> None:
        """It is well-formed, and refused with a reason that is no fault of the feed; what it says is in no reason."""
        told = read(event(type_, detail="<remarks>caller 415-555-0100</remarks>"))
        assert (told.events, reasons(told)) == ([], [f"{NOT_OURS}: it is {what}."])

    def test_what_we_told_ourselves(self) -> None:
        """Two installations, or a TAK server in a circle, must not take each other's units for new ones."""
        told = read(event(uid="rtcc.unit.3A12"))
        assert (told.events, reasons(told)[0].startswith(NOT_OURS)) == ([], True)


class TestRefused:
    """What is broken is refused with a reason, and what stands beside it is told."""

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (event(time="soon"), "time is missing or no instant; it must be one such as 2026-01-16T18:04:37Z."),
            (event(uid=""), "uid or type is missing; every event must have both."),
            (event("b-m-p-s-m", point=""), "The event has no position, and what it stands for is nothing without one."),
            (
                event(time=iso(NOW + timedelta(minutes=6))),
                "occurred_at is an instant more than 5 minutes ahead of this server's clock.",
            ),
            ("<event><point></event>", "The event is no well-formed XML, at line 1, column 16."),
            ("hello", "The event is no well-formed XML, at line 1, column 0."),
            (b"\xbf\x05abc", "The message of the TAK protocol breaks off before its end."),
            (b"\xbf\x03abc", "The message is none of the TAK protocol, version 1."),
        ],
    )
    def test_a_broken_one(self, text: str | bytes, reason: str) -> None:
        """One sentence that says what is wrong."""
        told = read(text)
        assert (told.events, reasons(told)) == ([], [reason])

    def test_a_bad_value_costs_that_value_alone(self) -> None:
        """A speed that no vehicle has is left out with a remark; the fix is told."""
        told = read(event(detail='<track course="10" speed="99999"/>'))
        assert "speed_mps" not in (said(told)["unit", "ANDROID-1"] or {})
        assert [remark.reason for remark in told.remarks] == [
            "speed_mps is a number; it must be a number from 0 to 400 metres per second."
        ]

    def test_one_among_many(self) -> None:
        """Each message of a stream stands for itself."""
        told = read("\n".join((event(uid="A"), "garbage", event(uid="B"), event("b-t-f"))))
        assert (told.rows, set(said(told)), len(told.refused)) == (4, {("unit", "A"), ("unit", "B")}, 2)

    def test_an_empty_payload(self) -> None:
        """Nothing is a reason, too."""
        told = read(b" \n ")
        assert (told.rows, reasons(told)) == (0, ["The payload holds no event of Cursor on Target."])


class TestRealEvents:
    """Events of ATAK, CloudTAK, drones and gateways."""

    def test_each_becomes_what_it_stands_for(self, shared_data: Path) -> None:
        """Units, an emergency, markers, a camera; chat, drawings, routes and file transfers are none of ours."""
        became: dict[str, list[str]] = {}
        for file in sorted((shared_data / "cot").iterdir()):
            told = read(file.read_bytes())
            assert told.rows == 1
            became[file.name[:3]] = [event.kind for event in told.events] or reasons(told)
        not_ours = [number for number, kinds in became.items() if kinds[0].startswith(NOT_OURS)]
        assert not_ours == ["001", "007", "009", "015", "017", "031"]
        assert {number: kinds for number, kinds in became.items() if number not in not_ours} == {
            "003": ["unit", "detection"],
            "005": ["unit"],
            "011": ["detection"],
            "013": ["unit"],
            "019": ["camera"],
            "021": ["detection"],
            "023": ["detection"],
            "025": ["detection"],
            "027": ["unit"],
            "029": ["unit"],
            "037": ["unit"],
        }

    def test_three_of_them_whole(self, shared_data: Path) -> None:
        """Compared with their bytes."""
        folder = shared_data / "cot"
        car = said(read((folder / "005_node-CoT_a-f-G-E-V-C.xml").read_bytes()))
        assert car["unit", "C94B9215-9BD4-4DBE-BDE1-83625F09153F"] == {
            "unit_type": "vehicle",
            "lat": 41.5230964,
            "lon": -107.7237657,
            "heading_deg": 137.2,
            "fix_at": "2023-07-18T15:23:09Z",
            "stale_at": "2023-07-18T15:25:09Z",
        }
        alert = said(read((folder / "003_node-CoT_b-a-o.xml").read_bytes()))
        assert alert["unit", "WEAROS_dce34c83708172e9"] == {
            "callsign": "SP-Dev",
            "emergency": True,
            "lat": 41.8838397,
            "lon": -87.6590334,
            "accuracy_m": 17.8,
            "fix_at": "2026-02-04T13:40:15.895000Z",
            "stale_at": "2026-02-04T13:55:15.895000Z",
        }
        police = said(read((folder / "027_node-CoT_a-f-G.xml").read_bytes()))
        assert police["unit", "layer-35-4707"] == {
            "callsign": "9T20",
            "unit_type": "ground",
            "lat": 39.1,
            "lon": -105.1,
            "fix_at": "2024-06-07T15:28:48Z",
            "stale_at": "2024-06-07T15:33:48.669000Z",
        }

    @pytest.mark.parametrize("framing", [TAKProtoVer.MESH, TAKProtoVer.STREAM])
    def test_the_tak_protocol_says_the_same(self, shared_data: Path, framing: TAKProtoVer) -> None:
        """Each event, turned into protobuf by takproto, becomes the same events."""
        compared = 0
        for file in sorted((shared_data / "cot").iterdir()):
            text = file.read_text("utf-8")
            # takproto knows no time with a fraction of a second of another length, nor a speed that is not given.
            if "<track" in text and "speed=" not in text:
                continue
            in_protobuf = read(bytes(xml2proto(text, framing)))
            assert said(in_protobuf) == said(read(text)), file.name
            compared += 1
        assert compared >= 15
