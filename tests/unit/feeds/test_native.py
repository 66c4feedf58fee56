from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.formats.native import NativeFormat
from rtcc.feeds.payload import FeedNames, FeedTableError, Payload

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = FeedNames("own", "own-cad", "PD")
EVENT = {"kind": "unit", "id": "E5", "occurred_at": "2026-03-01T11:00:00Z", "data": {"status": "available"}}


def read(body, content_type=""):
    """Read one payload."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return NativeFormat.from_table(NAMES, {}).read(Payload(NOW, "own", content_type, body), {})


@pytest.mark.parametrize(
    "body", [EVENT, [EVENT], json.dumps(EVENT).encode() + b"\n\n", gzip.compress(json.dumps([EVENT]).encode())]
)
def test_an_event_is_taken_however_it_is_wrapped(body):
    """An object, an array, a line, gzip; a source and an agency it does not name are the feed's own."""
    told = read(body)
    (event,) = told.events
    assert (event.source, event.agency, event.id, event.received_at) == ("own-cad", "PD", "E5", NOW)
    assert (told.rows, told.refused) == (1, [])


def test_an_event_that_names_itself_keeps_its_names():
    """Several agencies may speak through one feed."""
    (event,) = read(EVENT | {"source": "avl", "agency": "FD"}).events
    assert (event.source, event.agency) == ("avl", "FD")


def test_one_bad_event_among_good_ones_is_refused_alone():
    """Its number, its id, why, and its bytes."""
    told = read(b"\n".join([json.dumps(EVENT).encode(), b"{", json.dumps(EVENT | {"kind": "car"}).encode()]))
    assert (told.rows, len(told.events)) == (3, 1)
    assert [(one.row, one.id) for one in told.refused] == [(2, ""), (3, "E5")]
    assert told.refused[0].reason.startswith("The line is no JSON")
    assert told.refused[0].raw == b"{"
    assert told.refused[1].reason.startswith("kind is text; it must be one of")


def test_a_broken_gzip_is_refused_whole():
    """No row of it was read."""
    told = read(gzip.compress(b"[]")[:-4])
    assert (told.rows, [one.row for one in told.refused]) == (0, [0])


def test_it_has_no_options():
    """A mapping for it is a mistake."""
    with pytest.raises(FeedTableError, match=r"feeds\.own\.mapping is not known"):
        NativeFormat.from_table(NAMES, {"mapping": "x"})


@given(st.binary(max_size=200), st.sampled_from(["", "application/x-ndjson"]))
def test_no_bytes_end_the_feed(body, content_type):
    """Whatever arrives becomes events or reasons."""
    told = read(body, content_type)
    assert told.rows >= len(told.events) + len(told.refused) - 1
