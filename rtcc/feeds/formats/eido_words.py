"""The words of EIDO's registries and what they are to us, in both directions; an unknown one is kept as text."""

from __future__ import annotations

import re

from rtcc.feeds.formats.plain_text import line

INCIDENT_ID = "urn:emergency:uid:incidentid:"
CALL_ID = "urn:emergency:uid:callid:"
_NO_LETTER = re.compile(r"[^a-z]")

_INCIDENT = {
    "pending": ("pending", "new", "received", "queued", "open", "reopened", "held", "onhold", "waiting", "unassigned"),
    "dispatched": ("dispatched", "assigned"),
    "enroute": ("enroute", "responding"),
    "on_scene": ("onscene", "arrived", "atscene"),
    "cleared": ("cleared", "clear"),
    "closed": ("closed", "completed", "complete", "resolved"),
    "cancelled": ("cancelled", "canceled", "aborted"),
}
_UNIT = {
    "available": ("available", "inservice", "inquarters", "clear", "onpatrol", "cleared", "returning"),
    "dispatched": ("dispatched", "assigned", "committed", "acknowledged"),
    "enroute": ("enroute", "responding"),
    "on_scene": ("onscene", "arrived", "atscene", "staged", "staging"),
    "busy": ("busy", "transporting", "athospital", "atdestination", "unavailable", "outofservicebutavailable"),
    "out_of_service": ("outofservice", "maintenance"),
    "off_duty": ("offduty", "endofshift", "loggedoff"),
}
_CALL = {
    "ringing": ("callbegin", "ringing", "offered", "queued", "legbegin"),
    "answered": ("callanswered", "answered", "connected", "partyadd", "partyadded", "callretrieved", "unhold"),
    "on_hold": ("callhold", "onhold", "hold", "held"),
    "transferred": ("calltransfer", "calltransferred", "transferred", "transfer"),
    "abandoned": ("callabandoned", "abandoned"),
    "ended": ("callend", "ended", "released", "disconnected", "callreleased", "terminated"),
}
#: A priority of EIDO goes from 0 to 10, the gravest; ours from 1, the gravest, to 5.
_GRAVEST, _LEAST = 10, 5


def _by_word(table: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: status for status, words in table.items() for word in words}


_INCIDENT_OF, _UNIT_OF, _CALL_OF = _by_word(_INCIDENT), _by_word(_UNIT), _by_word(_CALL)


def incident_status(words: list[str], *, has_units: bool) -> str | None:
    """Return the last of these statuses that is known; an `Active` one is dispatched where units are named."""
    for word in reversed([_bare(word) for word in words]):
        if word in {"active", "inprogress"}:
            return "dispatched" if has_units else "pending"
        if word in _INCIDENT_OF:
            return _INCIDENT_OF[word]
    return None


def unit_status(primary: str, secondary: list[str]) -> str | None:
    """Return a unit's status: the secondary one says more, where it is known."""
    words = [*reversed([_bare(word) for word in secondary]), _bare(primary)]
    return next((_UNIT_OF[word] for word in words if word in _UNIT_OF), None)


def call_state(word: str) -> str | None:
    """Return a call's state where it is known."""
    return _CALL_OF.get(_bare(word))


def priority(number: object) -> int | None:
    """Return our priority for EIDO's common one."""
    if type(number) is not int or not 0 <= number <= _GRAVEST:
        return None
    return min(_LEAST, 1 + (_GRAVEST - number) // 2)


def common_priority(own: int) -> int:
    """Return EIDO's common priority for ours, so that it comes back the same."""
    return _GRAVEST - 2 * (own - 1)


def bare_id(identifier: str, prefix: str) -> str:
    """Return an id without the prefix that all of its kind share."""
    return identifier.removeprefix(prefix)


def label(words: list[str]) -> str | None:
    """Return statuses as one text, as the source's own word."""
    return line(", ".join(word for word in words if word), 64)


def _bare(word: str) -> str:
    return _NO_LETTER.sub("", word.lower())
