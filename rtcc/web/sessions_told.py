"""Sessions as the plain pages list them: on what, from where, since when, and whether a screen is locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rtcc.access.session import By, Found
from rtcc.web.browsers import browser_of
from rtcc.web.city_time import CityTime

#: By what somebody came in, to complete "signed in with".
SIGNED_IN_BY: Final[dict[By, str]] = {
    "link": "a one-time address",
    "password": "password",
    "openid": "single sign-on",
    "key": "a key",
}


@dataclass(frozen=True, slots=True)
class ToldSession:
    """One row of such a list."""

    id: str
    here: bool
    browser: str
    address: str
    role: str
    signed_in_by: str
    since: str
    seen: str
    locked: bool


def told_sessions(found: list[Found], here: str, clock: CityTime) -> list[ToldSession]:
    """Return the rows, first that of the session that looks at them, whose id is ``here``."""
    return [
        ToldSession(
            id=each.session.id,
            here=each.session.id == here,
            browser=browser_of(each.session.agent),
            address=each.session.address or "not known",
            role=each.session.role,
            signed_in_by=SIGNED_IN_BY[each.session.by],
            since=moment(each.session.created_at, clock),
            seen=_seen(each.seen_at, clock),
            locked=each.locked,
        )
        for each in sorted(found, key=lambda each: each.session.id != here)
    ]


def moment(instant: str, clock: CityTime) -> str:
    """Return an instant's day and time as the city's clocks show it: Fri 16 Jan 2026 18:04."""
    at = datetime.fromisoformat(instant)
    return f"{clock.day(at)} {clock.at(at):%H:%M}"


def _seen(at: float, clock: CityTime) -> str:
    return f"{clock.at(datetime.fromtimestamp(at, UTC)):%H:%M}"
