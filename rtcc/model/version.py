"""The version of a written field: the total order that makes the picture the same whatever the order of events.

When it occurred decides, then the source's own sequence, then the rank of a status in its lifecycle, then the
source, then the encoded value; the greater wins. The first two travel as digits whose text sorts as they do:

    | 17 digits: microseconds since 1970 | 20 digits: sequence + 1, or 0 without one |

A withdrawal has the same digits; it beats what was written at the same digits or before, whoever wrote it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rtcc.model.event import Event

#: So many digits a version has, and so many of them are the moment's.
DIGITS, MICROSECONDS = 37, 17

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(instant: datetime) -> int:
    """Return the whole microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_at(us: int) -> datetime:
    """Return the aware instant at whole microseconds since 1970."""
    return _EPOCH + us * _MICROSECOND


def digits(event: Event) -> str:
    """Return the part of a version that all fields of one event share."""
    return digits_at(microseconds(event.occurred_at), event.sequence)


def digits_at(us: int, sequence: int | None) -> str:
    """Return the same of what occurred at whole microseconds since 1970, with the source's sequence if it has one."""
    return f"{us:017d}{0 if sequence is None else sequence + 1:020d}"
