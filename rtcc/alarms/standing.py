"""One alarm as it stands, and the one place that says how it goes on: raised, shelved, acknowledged, cleared.

Pure. What an alarm *is* follows from whether its condition holds and what operators said; what it was only tells
whether that is news. So a process that knows nothing but the picture comes to the same steps as one that saw it all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rtcc.model.checks import parse_instant
from rtcc.model.event import iso
from rtcc.model.lifecycle import OPEN_ALARM_STATES
from rtcc.model.version import instant_at, microseconds

_NO_ANSWER = dict.fromkeys(("acknowledged_by", "acknowledged_at"))
_NOT_SHELVED = dict.fromkeys(("shelved_by", "shelved_until", "shelve_reason"))


def text(us: int) -> str:
    """Return microseconds since 1970 as the picture writes an instant."""
    return iso(instant_at(us))


def _read(value: Any) -> int | None:
    at = parse_instant(value)
    return None if at is None else microseconds(at)


@dataclass(slots=True)
class Standing:
    """An alarm as the picture has it, or will have it when our own words have arrived.

    Moments are microseconds since 1970. ``newest`` is that of the newest word about it, ``state_said`` that of the
    newest about its state; ``raised`` that of its last raise.
    """

    id: str
    fields: dict[str, Any] = field(default_factory=dict)
    newest: int = 0
    state_said: int = 0
    raised: int = 0
    clears: int | None = None
    shelved_until: int | None = None

    @classmethod
    def of(cls, id_: str, fields: dict[str, Any], newest: int) -> Standing:
        """Return an alarm as the picture has it; ``newest`` is that of its newest word."""
        alarm = cls(id_, newest=newest)
        alarm.take(fields, newest)
        return alarm

    def take(self, fields: Mapping[str, Any], us: int) -> None:
        """Take in fields that were said at ``us``."""
        self.fields.update(fields)
        self.newest = max(self.newest, us)
        if "state" in fields:
            self.state_said = us
        if "raised_at" in fields:
            self.raised = _read(fields["raised_at"]) or self.raised
        if "clears_at" in fields:
            self.clears = _read(fields["clears_at"])
        if "shelved_until" in fields:
            self.shelved_until = _read(fields["shelved_until"])

    def take_answer(self, fields: Mapping[str, Any], us: int) -> None:
        """Take in what somebody else said at ``us``; an answer to an earlier raise or state is late."""
        if us < self.raised:
            return
        self.take({name: value for name, value in fields.items() if name != "state" or us >= self.state_said}, us)

    @property
    def is_open(self) -> bool:
        """Whether it has been raised and has not cleared."""
        return self.fields.get("state") in OPEN_ALARM_STATES


def next_step(alarm: Standing, about: dict[str, Any] | None, us: int, dead_us: int) -> dict[str, Any]:
    """Return the fields that the alarm must have other than it has; none where it stands right.

    ``about`` is what the rule says of it (title, severity, about …) where its condition holds, else None; ``us`` is
    now and ``dead_us`` the rule's dead time, in microseconds.
    """
    if about is None:
        return _ended(alarm, us, dead_us) if alarm.is_open else {}
    if not alarm.is_open:
        return _raised(alarm, about, us)
    return _news(alarm, about | _open_state(alarm, us) | {"clears_at": None})


def _raised(alarm: Standing, about: dict[str, Any], us: int) -> dict[str, Any]:
    # What was shelved for an hour stays shelved for the hour, however often it comes back in it.
    # Who answered an earlier raise has not answered this one, even if their word is still on its way to us.
    shelved = alarm.shelved_until is not None and alarm.shelved_until > us
    state = {"state": "shelved" if shelved else "active", "raised_at": text(us), "clears_at": None, "cleared_at": None}
    if not alarm.raised:
        return {name: value for name, value in (about | state).items() if value is not None}
    return about | state | _NO_ANSWER | ({} if shelved else _NOT_SHELVED)


def _open_state(alarm: Standing, us: int) -> dict[str, Any]:
    if alarm.shelved_until is not None and alarm.shelved_until > us:
        return {"state": "shelved"}
    state = {"state": "acknowledged" if alarm.fields.get("acknowledged_by") else "active"}
    return state if alarm.shelved_until is None else state | _NOT_SHELVED


def _ended(alarm: Standing, us: int, dead_us: int) -> dict[str, Any]:
    clears = us + dead_us if alarm.clears is None else alarm.clears
    if dead_us and us < clears:
        return _news(alarm, _open_state(alarm, us) | {"clears_at": text(clears)})
    cleared = {"state": "cleared", "cleared_at": text(us), "clears_at": None}
    if alarm.shelved_until is not None and alarm.shelved_until > us:
        # Said again with the clear, so that the alarm stays in the picture for as long as its shelf does.
        return cleared | {"shelved_until": alarm.fields["shelved_until"]}
    return cleared


def _news(alarm: Standing, wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if alarm.fields.get(name) != value}
