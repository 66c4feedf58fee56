"""Streams of Cursor on Target, cut anywhere: the same messages come out, and nothing is lost without a word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from takproto import TAKProtoVer, xml2proto

from rtcc.feeds.formats.cot_frames import MOST_BYTES, split

ONE = b'<event version="2.0" uid="a" type="a-f-G" how="m-g"><point lat="1" lon="2"/><detail/></event>'
BARE = b'<event version="2.0" uid="b" type="t-x-c-t"/>'
WHOLE = (
    '<event version="2.0" uid="c" type="a-f-G" how="m-g" time="2026-01-01T00:00:00Z" start="2026-01-01T00:00:00Z" '
    'stale="2026-01-01T00:02:00Z"><point lat="1" lon="2" hae="0" ce="1" le="1"/>'
    '<detail><contact callsign="3A12"/></detail></event>'
)
FRAME = bytes(xml2proto(WHOLE, TAKProtoVer.STREAM))
BETWEEN = [
    b"",
    b"\n",
    b"\x00",
    b'<?xml version="1.0" encoding="UTF-8"?>\n',
    b"<!-- a comment -->",
    b"</events>\n<events>",
]


def cut(stream: bytes, sizes: list[int]) -> tuple[list[bytes], bytes]:
    """Feed a stream in pieces of these sizes, again and again."""
    messages: list[bytes] = []
    left, at = b"", 0
    while at < len(stream):
        size = sizes[at % len(sizes)]
        some, left = split(left + stream[at : at + size])
        messages += some
        at += size
    return messages, left


@given(
    parts=st.lists(st.tuples(st.sampled_from(BETWEEN), st.sampled_from([ONE, BARE, FRAME])), min_size=1, max_size=12),
    sizes=st.lists(st.integers(1, 300), min_size=1, max_size=5),
)
def test_however_it_is_cut_the_same_messages_come_out(parts: list[tuple[bytes, bytes]], sizes: list[int]) -> None:
    """XML events and frames of the TAK protocol in turn, with declarations and line breaks between."""
    stream = b"".join(between + message for between, message in parts)
    messages, left = cut(stream, sizes)
    assert messages == [message for _, message in parts]
    assert left == b""


@given(noise=st.binary(max_size=400), sizes=st.lists(st.integers(1, 64), min_size=1, max_size=4))
def test_noise_comes_out_and_never_stops_it(noise: bytes, sizes: list[int]) -> None:
    """Every byte that is no white space comes out in some message, or waits for its end."""
    messages, left = cut(noise, sizes)
    dropped = len(noise) - sum(map(len, messages)) - len(left)
    assert 0 <= dropped <= len(noise)
    if b"<" not in noise and b"\xbf" not in noise:
        white = sum(byte in b" \t\r\n\x00" for byte in noise)
        assert dropped <= white


def test_after_noise_the_next_event_is_found() -> None:
    """What is no beginning of a message is one of its own, to be refused."""
    assert split(b"hello " + ONE + b"\xffbad" + FRAME) == ([b"hello ", ONE, b"\xffbad", FRAME], b"")


def test_what_never_ends_is_let_go() -> None:
    """A message that grows beyond every event comes out, so that it does not fill the memory."""
    messages, left = split(b"<event " + b"x" * MOST_BYTES)
    assert (len(messages), left) == (1, b"")


def test_a_frame_of_an_impossible_length_is_noise() -> None:
    """Its length is longer than any message: what follows it is found all the same."""
    messages, left = split(b"\xbf\xff\xff\xff\x7f" + ONE)
    assert (messages, left) == ([b"\xbf\xff\xff\xff\x7f", ONE], b"")
