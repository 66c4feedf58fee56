"""The version of a written field: the total order that makes the picture the same whatever the order of events.

A version is text whose bytes sort as the rule of the picture says: when it occurred, then the source's own
sequence, then the rank of a status in its lifecycle, then the source, then the encoded value; the greater wins.

    | 17 digits: microseconds since 1970 | 20 digits: sequence + 1, or 0 | 2 digits: rank | source | US | value |

US (0x1F) sorts below every character that a source may hold, so that "a" sorts before "ab".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rtcc.model.event import Event

UNIT_SEPARATOR = "\x1f"
PREFIX_LENGTH = 37
#: A withdrawal beats every field written at the same moment by the same sequence.
WITHDRAWN_RANK = 99

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def prefix(event: Event) -> str:
    """Return the part of a version that all fields of one event share."""
    microseconds = (event.occurred_at - _EPOCH) // _MICROSECOND
    sequence = 0 if event.sequence is None else event.sequence + 1
    return f"{microseconds:017d}{sequence:020d}"
