"""Bodies on their way to the journal: packed together and unpacked, byte for byte."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.picture.received import Received, pack, unpack

bodies = st.builds(
    Received,
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis adds it
    st.text(max_size=20),
    st.text(st.characters(max_codepoint=255), max_size=40),
    st.binary(max_size=200) | st.just(b"\n[1]\n") | st.just(b""),
)


@given(received=st.lists(bodies, max_size=8))
def test_what_was_packed_is_unpacked(received: list[Received]) -> None:
    """Whatever bytes a body holds, line ends and nothing at all among them, they come back as they were."""
    assert unpack(pack(received)) == received


@pytest.mark.parametrize(
    "entry",
    [b"", b"no bodies", pack([])[:-1], zlib.compress(b"no lines"), zlib.compress(b"[1]\n"), zlib.compress(b"1\n")],
)
def test_what_is_no_entry_is_refused(entry: bytes) -> None:
    """Anything else is said to be none, by one error."""
    with pytest.raises(ValueError, match="entry"):
        unpack(entry)
