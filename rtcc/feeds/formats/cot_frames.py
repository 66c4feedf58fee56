"""Cuts a stream of Cursor-on-Target events into messages: XML ones, those of the TAK protocol, and both in turn."""

from __future__ import annotations

import re

from rtcc.feeds.formats.cot_message import CotError
from rtcc.feeds.formats.cot_proto import MAGIC, MESH, read_varint

#: What does not end within so many bytes is no event.
MOST_BYTES = 1024 * 1024
_EMPTY = b" \t\r\n\x00"
_EVENT, _END = b"<event", b"</event>"
#: What may stand between events and says nothing: declarations, comments, and the root of a document of many events.
_BETWEEN = re.compile(rb"<\?.*?\?>|<!--.*?-->|</?events\s*>", re.DOTALL)
_BEGINS = (_EVENT, b"<?", b"<!--", b"<events", b"</events")
_LONGEST_BEGIN = max(map(len, _BEGINS))
#: What stands between and is longer is garbage: its end must not be waited for while events pile up behind it.
_MOST_BETWEEN = 4_096
_NEXT = re.compile(rb"<event[\s/>]|<\?xml|\xbf")
_AFTER_NAME = b" \t\r\n/>"


def split(buffer: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole messages in a buffer, and what is left: the beginning of one more, to which bytes may come.

    What is no beginning of a message comes out as a message of its own, to be refused by whoever reads it.
    """
    messages: list[bytes] = []
    at = 0
    while True:
        while at < len(buffer) and buffer[at] in _EMPTY:
            at += 1
        if at == len(buffer):
            return messages, b""
        end = _end(buffer, at)
        if end is None:
            left = buffer[at:]
            if len(left) <= MOST_BYTES:
                return messages, left
            return [*messages, left], b""
        if not _BETWEEN.fullmatch(buffer, at, end):
            messages.append(buffer[at:end])
        at = end


def _end(buffer: bytes, at: int) -> int | None:
    """Return where what begins at ``at`` ends; None where the buffer does not hold its end."""
    if buffer[at] == MAGIC:
        return _frame_end(buffer, at)
    between = _BETWEEN.match(buffer, at)
    if between:
        return between.end()
    follows = buffer[at + len(_EVENT) : at + len(_EVENT) + 1]
    if buffer.startswith(_EVENT, at) and (not follows or follows in _AFTER_NAME):
        return _event_end(buffer, at)
    head = buffer[at : at + _LONGEST_BEGIN]
    may_become = any(begin.startswith(head) for begin in _BEGINS) or head.startswith(_BEGINS[1:])
    return None if may_become and len(buffer) - at <= _MOST_BETWEEN else _garbage_end(buffer, at)


def _event_end(buffer: bytes, at: int) -> int | None:
    tag_end = buffer.find(b">", at)
    if tag_end < 0:
        return None
    if buffer[tag_end - 1 : tag_end] == b"/":
        return tag_end + 1
    end = buffer.find(_END, tag_end)
    return None if end < 0 else end + len(_END)


def _frame_end(buffer: bytes, at: int) -> int | None:
    if buffer.startswith(MESH, at):
        return len(buffer)
    try:
        length = read_varint(buffer, at + 1)
    except CotError:
        return _garbage_end(buffer, at)
    if length is None:
        return None
    if length[0] > MOST_BYTES:
        return _garbage_end(buffer, at)
    end = length[1] + length[0]
    return end if end <= len(buffer) else None


def _garbage_end(buffer: bytes, at: int) -> int:
    begins = _NEXT.search(buffer, at + 1)
    if begins:
        return begins.start()
    # The last bytes may be the beginning of one.
    tail = buffer.rfind(b"<", max(at + 1, len(buffer) - len(_EVENT)))
    return tail if tail > at and _EVENT.startswith(buffer[tail:]) else len(buffer)
