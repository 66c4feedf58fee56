"""Bodies that are wrong in every way a careless or hostile sender could think of; each marked, so that a leak shows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from rtcc.model.fields import KINDS

#: Stands for a caller's number in every body: it must come back in no answer and stand in no log.
SECRET = "+14155550199"
JSON, NDJSON = "application/json", "application/x-ndjson"
NOW = datetime.now(UTC).replace(microsecond=0)


class Bad(NamedTuple):
    """A body, and the answers that are right: 422 unless it says otherwise."""

    name: str
    body: bytes
    content_type: str = JSON
    statuses: frozenset[int] = frozenset({422})


def good(**over: Any) -> dict[str, Any]:
    """Return an event that is taken; ``over`` spoils it."""
    event = {"kind": "call", "id": "bad-input", "agency": "SFPD", "source": "cad", "occurred_at": NOW.isoformat()}
    return event | {"data": {"caller_number": SECRET}} | over


def envelopes() -> Iterator[Bad]:
    """Yield wrong envelopes."""
    wrong: list[Any] = [None, True, 1, 1.5, "", " \x00", SECRET + "\u0007", "x" * 65 + SECRET, [SECRET], {"a": SECRET}]
    for name in ("kind", "id", "agency", "source", "occurred_at"):
        for number, value in enumerate(wrong):
            yield _event(f"{name} wrong {number}", **{name: value})
        event = good()
        del event[name]
        yield Bad(f"{name} missing", json.dumps(event).encode())
    for number, value in enumerate((True, -1, 2**63, 1.5, SECRET, [1], {})):
        yield _event(f"sequence wrong {number}", sequence=value)
    for number, value in enumerate((True, 0, SECRET, [SECRET], {}, {"": SECRET}, {"caller_number": {"n": SECRET}})):
        yield _event(f"data wrong {number}", data=value)
    event = good()
    del event["data"]
    yield Bad("data missing", json.dumps(event).encode())
    yield _event("unknown field", phone=SECRET)
    yield _event("unknown field named by a secret", **{SECRET: 1})
    yield _event("unknown data field", data={"phone": SECRET})
    yield _event("unknown data field named by a secret", data={SECRET: 1})
    yield _event("another kind's field", data={"caller_number": SECRET, "callsign": "3D12"})
    yield _event("unknown kind", kind="rocket")
    yield _event("kind in capitals", kind="CALL")
    yield _event("only a latitude", data={"lat": 37.7})
    yield _event("a cleared latitude", data={"lat": None, "lon": -122.4})


def instants() -> Iterator[Bad]:
    """Yield wrong times."""
    for text in (
        "2026-01-16T18:04:37", "2026-01-16", "2026-01-16 18:04:37Z", "18:04:37Z", "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z", "2026-01-16T25:00:00Z", "2026-01-16T18:60:00Z", "2026-01-16T18:04:60Z",
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z",
        "1969-12-31T23:59:59Z", "20260116T180437Z", "2026-W03-5T18:04:37Z", "2026-01-16T18:04:37+0000",
        "2026-01-16T18:04:37.Z", "2026-01-16T18:04:37.1234567890Z", "٢٠٢٦-01-16T18:04:37Z", "1768586677", "now", "Z",
        "2026-01-16T18:04:37+99:99", (NOW + timedelta(hours=6)).isoformat(), (NOW + timedelta(days=9999)).isoformat(),
    ):  # fmt: skip
        yield _event(f"occurred_at {text}", occurred_at=text)
    yield _event("occurred_at as a number", occurred_at=1768586677)
    yield _event("a naive time in data", data={"started_at": "2026-01-16T18:04:37"})


def fields() -> Iterator[Bad]:
    """Yield, for every field of every kind, values that it cannot hold."""
    for kind, checks in KINDS.items():
        for name in checks:
            for number, value in enumerate(([[SECRET]], {"secret": SECRET}, "\u0000" + SECRET, 10**30)):
                data = {name: value} | ({"lon": 0} if name == "lat" else {"lat": 0} if name == "lon" else {})
                yield _event(f"{kind}.{name} wrong {number}", kind=kind, data=data)


def texts() -> Iterator[Bad]:
    """Yield JSON that is none, or barely."""
    whole = json.dumps(good()).encode()
    for length in range(0, len(whole), 9):
        yield Bad(f"cut at {length}", whole[:length])
    number = b'{"kind":"unit","id":"bad-input","agency":"a","source":"b","occurred_at":"2026-01-16T18:04:37Z","data":'
    for text in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1" * 1_000_000, b"0x10", b"01", b"1."):
        yield Bad(f"latitude {text[:9].decode()} of {len(text)}", number + b'{"lat":' + text + b',"lon":0}}')
    surrogates = (b'"\\ud800"', b'"\\udfff"', b'"\xed\xa0\x80"')
    for text in (*surrogates, b'"\xff\xfe"', b'"\x01"', b'"\\x41"', b"'a'", b'"\xc0\x80"'):
        yield Bad(f"text {text!r}", number + b'{"callsign":' + text + b"}}")
    for text in ("\u0085", "\u2028", "\x7f", "\x00", "a" * 5000, "\r\nSet-Cookie: a=b", ""):
        yield _event(f"text {text[:9]!r}", data={"call_taker": text})
    for depth in (100, 250, 300, 900, 1100, 200_000):
        nested = b"[" * depth + b"]" * depth
        yield Bad(f"nested {depth}", nested)
        yield Bad(f"nested {depth} in data", number + b'{"callsign":' + nested + b"}}")
        yield Bad(f"nested {depth} in an array", b"[" + number + b'{"callsign":' + nested + b"}}]")
        yield Bad(f"objects nested {depth}", b'{"a":' * depth + b"1" + b"}" * depth)
    small = (b"", b" \n ", b"null", b"true", b"7", b'"text"', b"[]", b"[[]]", b"[null]", b"{}", b"[{}]", b"{}{}")
    for text in (*small, b"\xef\xbb\xbf{}"):
        yield Bad(f"just {text!r}", text)
    yield Bad("gzip", gzip.compress(whole))
    yield Bad("UTF-16", json.dumps(good()).encode("utf-16"))
    yield Bad("a form", b"kind=call&caller=" + SECRET.encode(), "application/x-www-form-urlencoded")
    yield Bad("a multipart form", b"--x\r\n\r\n" + SECRET.encode() + b"\r\n--x--", "multipart/form-data; boundary=x")
    yield Bad("XML", b"<call number='" + SECRET.encode() + b"'/>", "text/xml")
    yield Bad("an array called NDJSON", b"[" + whole + b"]", NDJSON)
    yield Bad("NDJSON of bad lines", b"\n".join([whole[:-1], b"{", b"null", SECRET.encode()]), NDJSON)
    yield Bad("blank NDJSON", b"\n\n\r\n", NDJSON)


def sizes() -> Iterator[Bad]:
    """Yield too much."""
    too_large = frozenset({413})
    yield Bad("10 MB of letters", b"x" * 10_000_000, JSON, too_large)
    yield Bad("10 MB of good events", b"[" + b",".join([json.dumps(good()).encode()] * 55_000) + b"]", JSON, too_large)
    yield Bad("10 MB of NDJSON", (json.dumps(good()).encode() + b"\n") * 55_000, NDJSON, too_large)
    yield Bad("5 MB of numbers", b"[" + b"1," * 2_600_000 + b"1]", JSON, too_large)
    yield Bad("2 MB of lines", b"1\n" * 1_000_000, NDJSON, too_large)
    yield _event("a text of 4 MB", data={"transcript": SECRET * 300_000})
    yield _event("an id of 4 MB", id="9" * 4_000_000)
    yield _event("a field's name of 1 MB", data={"x" * 1_000_000: 1})
    yield Bad("30,000 fields", json.dumps(good(data={f"f{n}": SECRET for n in range(30_000)})).encode())


def _event(name: str, **over: Any) -> Bad:
    return Bad(name, json.dumps(good(**over)).encode())
