"""An event, the only thing that enters the picture: what one source says changed about one entity, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from rtcc.model.checks import INSTANT, Check, kind_of, parse_instant, text, whole
from rtcc.model.fields import KINDS

#: A clock that runs further ahead than this would pin a field until the world caught up, so it is refused.
MAX_AHEAD = timedelta(minutes=5)
#: The first instant whose microseconds fit the fixed width of a version (see ``rtcc/model/version.py``).
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
MAX_SEQUENCE = 2**63 - 1

_ENVELOPE = frozenset({"kind", "id", "agency", "source", "occurred_at", "sequence", "received_at", "data"})
_NAME = text(64)
_SEQUENCE = whole(0, MAX_SEQUENCE)


class EventError(ValueError):
    """An event that cannot be taken; the message is one sentence, safe to show and to log."""

    def __init__(self, field: str, sentence: str) -> None:
        """Keep the field's name beside the sentence that tells what is wrong with it."""
        super().__init__(sentence)
        self.field = field


class Event(NamedTuple):
    """What ``source`` says about the entity ``kind``/``id`` of ``agency``.

    ``data`` is a partial map of fields, ``None`` for a cleared field; ``data`` itself is None where the entity
    is withdrawn. Instants are aware UTC; instants within ``data`` stay the ISO text that the source sent.
    """

    kind: str
    id: str
    agency: str
    source: str
    occurred_at: datetime
    received_at: datetime
    sequence: int | None
    data: dict[str, Any] | None


def iso(instant: datetime) -> str:
    """Return an aware instant as ISO 8601 text in UTC with ``Z``, to the microsecond where it has any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_event(value: object, received_at: datetime) -> Event:
    """Check a decoded JSON value against the contract and return the event.

    Raises EventError with one sentence that names the field, the kind of its value and what is allowed.
    """
    if type(value) is not dict:
        raise EventError("event", f"The event is {kind_of(value)}; it must be an object.")
    if not value.keys() <= _ENVELOPE:
        refuse_unknown(value, _ENVELOPE)
    kind = value.get("kind")
    fields = KINDS.get(kind) if type(kind) is str else None
    if fields is None:
        raise EventError("kind", f"kind is {_said(value, 'kind')}; it must be one of {', '.join(KINDS)}.")
    for name in ("id", "agency", "source"):
        if not _NAME.accepts(value.get(name)):
            refuse(value, name, _NAME)
    occurred_at = _occurred_at(value, received_at)
    sequence = value.get("sequence")
    if sequence is not None and not _SEQUENCE.accepts(sequence):
        refuse(value, "sequence", _SEQUENCE)
    data = _data(value, fields)
    return Event(value["kind"], value["id"], value["agency"], value["source"], occurred_at, received_at, sequence, data)


def _occurred_at(value: dict[str, Any], received_at: datetime) -> datetime:
    occurred_at = parse_instant(value.get("occurred_at"))
    if occurred_at is None:
        refuse(value, "occurred_at", INSTANT)
        raise AssertionError
    if occurred_at > received_at + MAX_AHEAD:
        raise EventError("occurred_at", "occurred_at is an instant more than 5 minutes ahead of this server's clock.")
    if occurred_at < EARLIEST:
        raise EventError("occurred_at", "occurred_at is an instant before 1970; it must be later.")
    return occurred_at


def _data(value: dict[str, Any], fields: dict[str, Check]) -> dict[str, Any] | None:
    if "data" not in value:
        raise EventError("data", "data is missing; it must be an object of fields, or null to withdraw the entity.")
    data = value["data"]
    if data is None:
        return None
    if type(data) is not dict:
        raise EventError("data", f"data is {kind_of(data)}; it must be an object of fields, or null.")
    if not data:
        raise EventError("data", "data is an empty object; it must hold at least one field.")
    for name, given in data.items():
        check = fields.get(name)
        if check is None:
            refuse_unknown(data, fields, "data.")
            raise AssertionError
        if given is not None and not check.accepts(given):
            refuse(data, name, check, "data.")
    if ("lat" in data) != ("lon" in data) or (data.get("lat") is None) != (data.get("lon") is None):
        raise EventError("data.lat", "data.lat and data.lon are not both given; a position must have both, or neither.")
    return data


def _said(value: dict[str, Any], name: str) -> str:
    return kind_of(value[name]) if name in value else "missing"


def refuse(value: dict[str, Any], name: str, check: Check, where: str = "") -> None:
    """Raise EventError: the field ``name`` of ``value`` does not hold what ``check`` allows."""
    raise EventError(where + name, f"{where}{name} is {_said(value, name)}; it must be {check.allowed}.")


def refuse_unknown(value: dict[str, Any], known: Iterable[str], where: str = "") -> None:
    """Raise EventError for the first name in ``value`` that is not known."""
    name = next(name for name in value if name not in known)
    shown = name if name.isidentifier() and len(name) <= 40 else "a name that is no word"
    allowed = ", ".join(sorted(known)) or "none"
    raise EventError(where + shown, f"{where}{shown} is not a known field; allowed are {allowed}.")
