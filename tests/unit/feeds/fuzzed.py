"""What fuzzing needs: a format of each kind with seeds near what it reads, and ways of breaking bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from google.transit import gtfs_realtime_pb2 as gtfs
from hypothesis import strategies as st
from takproto import TAKProtoVer, xml2proto

from rtcc.feeds.declared import FORMATS
from rtcc.feeds.formats.cap import CapFormat
from rtcc.feeds.formats.cot import CotFormat
from rtcc.feeds.formats.eido import EidoFormat
from rtcc.feeds.formats.gtfs_rt import GtfsRtFormat
from rtcc.feeds.formats.native import NativeFormat
from rtcc.feeds.formats.rows_format import RowsFormat
from rtcc.feeds.payload import Format
from tests.unit.feeds.cap_alerts import RING, alert, refers
from tests.unit.feeds.payloads import NAMES
from tests.unit.feeds.test_cot import event as cot_event
from tests.unit.feeds.test_eido import DOCUMENT

#: Words that mean something to one format or another, put where they do not belong.
_TOKENS = [
    *(b"<", b">", b"&amp;", b"</event>", b"<event ", b"\xbf", b"\xbf\x01\xbf", b"\x00", b"\xff\xfe", b"\x1f\x8b"),
    *(b"null", b"NaN", b"1e999", b"-1", b"9" * 400, b"[" * 50, b"{}", b'"', b",", b"\n", b"2026-99-99", b"0001-01-01T"),
    *(b"<!DOCTYPE a>", b"&x;", b"\xed\xa0\x80", b"T00:00:00+25:00", b"]]>", b"\\ud800", b"%s", b"\xe2\x80\xa8"),
]


class Fuzzed(NamedTuple):
    """A format, payloads that it reads, and where real ones of it are."""

    make: Callable[[], Format]
    seeds: list[bytes]
    real: str


def _vehicles() -> bytes:
    feed = gtfs.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.timestamp = 1_795_000_000
    vehicle = feed.entity.add(id="1").vehicle
    vehicle.vehicle.id = "7"
    vehicle.position.latitude, vehicle.position.longitude = 37.7, -122.4
    feed.entity.add(id="2").alert.header_text.translation.add(text="Detour")
    return feed.SerializeToString()


def _rows() -> tuple[Format, list[bytes]]:
    row = {
        "id": "1",
        "type": "Theft",
        "priority": "A",
        "received": "2026-11-20T01:02:03",
        "lat": "37.7",
        "lon": "-122.4",
    }
    made = RowsFormat.from_table(NAMES, {"mapping": "seattle_fire"})
    return made, [
        json.dumps([row]).encode(),
        b"id,type,received\n1,Theft,2026-11-20T01:02:03\n",
        json.dumps({"features": [{"attributes": row, "geometry": {"x": -122.4, "y": 37.7}}]}).encode(),
        json.dumps(
            [
                {
                    "incident_number": "F1",
                    "type": "Aid Response",
                    "datetime": "2026-11-20T01:02:03.000",
                    "address": "1 Main",
                    "latitude": "47.6",
                    "longitude": "-122.3",
                }
            ]
        ).encode(),
    ]


_ROWS, _ROW_SEEDS = _rows()
_NATIVE: dict[str, Any] = {
    "kind": "unit",
    "id": "3D12",
    "agency": "SFPD",
    "source": "avl",
    "occurred_at": "2026-11-20T11:00:00Z",
    "data": {"callsign": "3D12", "lat": 37.7, "lon": -122.4},
}
_COT = [
    cot_event(detail='<contact callsign="3A12"/><track course="1" speed="2"/>'),
    cot_event("b-a-o-tbl"),
    cot_event("b-d"),
]
_CAP = [
    alert(info=f"<info><expires>2026-11-20T12:30:00Z</expires><area><polygon>{RING}</polygon></area></info>"),
    alert("B", msgType="Update", references=refers("A")),
    f"<feed xmlns='http://www.w3.org/2005/Atom'><entry>{alert()}</entry><entry/></feed>",
]

ALL: dict[str, Fuzzed] = {
    "rows": Fuzzed(lambda: _ROWS, _ROW_SEEDS, "sf_calls_realtime/*.json"),
    "native": Fuzzed(lambda: NativeFormat.from_table(NAMES, {}), [json.dumps(_NATIVE).encode()], ""),
    "eido": Fuzzed(
        lambda: EidoFormat.from_table(NAMES, {"persons": "keep"}), [json.dumps(DOCUMENT).encode()], "eido/*.json"
    ),
    "cap": Fuzzed(
        lambda: CapFormat.from_table(NAMES, {"within": [37, -123, 38, -122]}), [t.encode() for t in _CAP], "cap/*"
    ),
    "cot": Fuzzed(
        lambda: CotFormat.from_table(NAMES, {}),
        [t.encode() for t in _COT]
        + [bytes(xml2proto(t, framing)) for t in _COT for framing in (TAKProtoVer.MESH, TAKProtoVer.STREAM)],
        "cot/*",
    ),
    "gtfs_rt": Fuzzed(lambda: GtfsRtFormat.from_table(NAMES, {}), [_vehicles()], "gtfs_rt/*"),
}
assert ALL.keys() == FORMATS.keys()


def seeds_of(name: str, shared_data: Path | None) -> list[bytes]:
    """Return the seeds of a format, with the real payloads where there are any; each as long as is quick to read."""
    fuzzed = ALL[name]
    files = sorted(shared_data.glob(fuzzed.real)) if shared_data and fuzzed.real else []
    return fuzzed.seeds + [file.read_bytes()[:20_000] for file in files]


@st.composite
def broken(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Return bytes at random, or a seed that was cut, doubled, overwritten and mixed in up to six places."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.binary(max_size=300))
    body = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(body)))
        how = draw(st.integers(0, 4))
        if how == 0:
            del body[at : at + draw(st.integers(1, 40))]
        elif how == 1:
            body[at:at] = draw(st.sampled_from(_TOKENS))
        elif how == 2 and at < len(body):
            body[at] = draw(st.integers(0, 255))
        elif how == 3:
            body[at:at] = body[at : at + draw(st.integers(1, 200))]
        else:
            del body[at:]
    return bytes(body)
