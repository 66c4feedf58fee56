"""Accounts as administrators see them: who, in what state, last used when, signed in where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rtcc.access.account import Account
from rtcc.access.accounts import Accounts
from rtcc.web.city_time import CityTime
from rtcc.web.sessions_told import moment

State = Literal["open", "locked", "disabled", "unused", "invited"]
#: The badge of each state (see 30-desk-pages.css).
BADGES: Final[dict[State, str]] = {
    "open": "good",
    "locked": "bad",
    "disabled": "shut",
    "unused": "shut",
    "invited": "quiet",
}


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """One person's row, and the head of their page."""

    name: str
    roles: tuple[str, ...]
    state: State
    badge: str
    #: Since when it is locked or disabled, and why; empty while it is neither.
    since: str
    why: str
    last_used: str
    proves: str
    made: str


def told_person(account: Account, accounts: Accounts, clock: CityTime) -> ToldPerson:
    """Return what is told of an account; none of it could open anything."""
    state = state_of(account, accounts)
    since = {"locked": account.locked_at, "disabled": account.disabled_at}.get(state)
    why = account.disabled_why if state == "disabled" else ""
    if state == "unused":
        why = f"nobody has used it for {accounts.unused_days} days"
    return ToldPerson(
        name=account.name,
        roles=account.roles,
        state=state,
        badge=BADGES[state],
        since=moment(since, clock) if since else "",
        why=why or "",
        last_used=moment(account.last_used_at, clock) if account.last_used_at else "never",
        proves=_proves(account),
        made=moment(account.created_at, clock),
    )


def state_of(account: Account, accounts: Accounts) -> State:
    """Return what stands between an account's owner and RTCC, the weightiest first."""
    shut = accounts.shut(account)
    if shut is not None:
        return shut
    if account.locked_at is not None:
        return "locked"
    begun = account.password is not None or account.subject is not None or account.last_used_at is not None
    return "open" if begun else "invited"


def _proves(account: Account) -> str:
    if account.password is None:
        return "single sign-on" if account.subject else "one-time addresses"
    return "password and code" if account.has_second_factor else "password alone"
